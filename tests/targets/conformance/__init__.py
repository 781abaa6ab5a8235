"""Tests of targets/conformance."""
