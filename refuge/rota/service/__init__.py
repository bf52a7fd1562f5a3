"""The verbs of the rota, by noun."""
