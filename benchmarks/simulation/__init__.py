"""Seconds and memory of running programs, backend beside backend."""
