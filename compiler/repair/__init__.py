"""Repair without labels: of networks by resistances, of programs by thresholds."""
