"""Tests of motifc/commands."""
