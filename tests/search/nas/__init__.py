"""Tests of search/nas."""
