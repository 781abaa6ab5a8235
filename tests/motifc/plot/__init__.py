"""Tests of motifc/plot."""
