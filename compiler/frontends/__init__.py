"""Front ends: whatever a user brings, lowered to a FloatGraph."""
