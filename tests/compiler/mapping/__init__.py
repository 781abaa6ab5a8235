"""Tests of compiler/mapping."""
