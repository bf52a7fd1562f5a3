"""The forms of plans: text becomes typed values here, and nothing is decided."""
