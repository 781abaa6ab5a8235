"""Tests of benchmarks/agreement."""
