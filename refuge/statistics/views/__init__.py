"""The pages of figures."""

from refuge.statistics.views import beside, fairness, files, live, newest, publishing, reading  # noqa: F401  each adds its routes
from refuge.statistics.views.room import blueprint

__all__ = ["blueprint"]
