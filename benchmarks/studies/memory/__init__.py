"""Searches on tasks that ask for memory: one plan, its trials, and every table and picture made of them."""
