"""Every backend compared with the oracle on a billion bins, added up over runs."""
