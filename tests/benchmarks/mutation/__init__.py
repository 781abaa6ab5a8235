"""Tests of benchmarks/mutation."""
