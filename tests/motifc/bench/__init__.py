"""Tests of motifc/bench."""
