"""Tests of compiler/mapping/placement."""
