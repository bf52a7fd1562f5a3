"""The steps, each a numbered sentence."""
