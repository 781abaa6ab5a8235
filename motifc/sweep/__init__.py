"""Many trials: plans, how they are run on one machine or many, and tables of what came out."""
