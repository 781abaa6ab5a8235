"""Tests of compiler/repair."""
