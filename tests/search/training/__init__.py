"""Tests of search/training."""
