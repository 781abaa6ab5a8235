"""Tests of compiler/analysis."""
