"""Tests of targets/contracts."""
