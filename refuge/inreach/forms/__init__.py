"""The forms of in-reach."""
