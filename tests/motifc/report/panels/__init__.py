"""Tests of motifc/report/panels."""
