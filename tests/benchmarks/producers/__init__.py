"""Tests of what producers mean."""
