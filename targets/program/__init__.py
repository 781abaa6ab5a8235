"""Programs: what a chip runs, what its cores hold, and whether that is legal."""
