"""Damage of networks and what is remembered of their health."""
