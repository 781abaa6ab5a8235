"""Tests of search/repair."""
