"""Tests of motifc/report."""
