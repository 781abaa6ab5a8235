"""Files damaged on purpose: every reader takes them as they are or refuses them in one sentence."""
