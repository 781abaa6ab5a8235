"""Tests of benchmarks/faithful."""
