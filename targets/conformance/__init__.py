"""Do two sides agree? Comparing, inspecting, explaining, fuzzing and shrinking."""
