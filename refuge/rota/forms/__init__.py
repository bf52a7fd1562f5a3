"""The forms of the rota, by noun."""
