"""Tests of benchmarks/faults."""
