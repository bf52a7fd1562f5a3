"""The rota."""
