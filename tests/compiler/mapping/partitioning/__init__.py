"""Tests of compiler/mapping/partitioning."""
