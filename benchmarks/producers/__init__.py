"""NIR graphs as their producers write and run them: which reading each follows, and what of it compiles."""
