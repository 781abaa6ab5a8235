"""One file, one pass: each exports the function of its name, and the types that this returns."""
