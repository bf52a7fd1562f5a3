"""The pages of the rota."""

from refuge.rota.views import cover, days, exceptions, houses, patterns, training, week, workers
from refuge.rota.views.room import blueprint

__all__ = ["blueprint", "cover", "days", "exceptions", "houses", "patterns", "training", "week", "workers"]
