"""Tests of targets/runtime."""
