"""Tests of benchmarks/page."""
