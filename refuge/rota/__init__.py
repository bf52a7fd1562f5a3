"""The rota: workers, working patterns, leave, bank holidays, travel, rooms, cover and training."""
