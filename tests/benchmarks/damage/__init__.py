"""Tests of benchmarks/damage."""
