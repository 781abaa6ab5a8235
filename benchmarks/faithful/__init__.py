"""How closely programs follow float networks: residual weights beside one part, and what limits the rest."""
