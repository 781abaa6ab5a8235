"""Tests of benchmarks/studies."""
