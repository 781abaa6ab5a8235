"""Mutation score: how many small faults in the code that decides spikes and mappings its own tests notice."""
