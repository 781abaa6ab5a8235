"""Benchmarks: programs to measure, the measuring, and the pages that are written of it."""
