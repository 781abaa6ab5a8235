"""The mapper on networks and chips that it was not tuned for, beside METIS on motifs."""
