"""Tests of benchmarks/mapping/unseen."""
