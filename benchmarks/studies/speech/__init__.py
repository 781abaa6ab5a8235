"""Spoken digits of held-out speakers: settings chosen on training speakers, then searches and baselines."""
