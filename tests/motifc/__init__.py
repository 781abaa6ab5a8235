"""Tests of motifc."""
