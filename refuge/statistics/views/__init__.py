"""The pages of figures."""

from refuge.statistics.views import (  # noqa: F401  each adds its routes
    beside,
    everybody,
    fairness,
    files,
    live,
    mapping,
    newest,
    publishing,
    reading,
)
from refuge.statistics.views.room import blueprint

__all__ = ["blueprint"]
