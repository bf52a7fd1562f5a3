"""Where text becomes typed values for this room."""
