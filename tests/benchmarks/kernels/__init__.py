"""Tests of benchmarks/mapping."""
