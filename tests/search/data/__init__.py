"""Tests of search/data."""
