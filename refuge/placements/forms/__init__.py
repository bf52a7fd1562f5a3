"""The forms of this room: the one gate where text becomes typed values."""
