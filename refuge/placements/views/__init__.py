"""The pages of matching, holding, moving in and on, and turning away."""

from refuge.placements.views.room import blueprint

__all__ = ["blueprint"]
