"""Tests of targets/program."""
