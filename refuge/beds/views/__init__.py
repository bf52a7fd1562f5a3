"""The pages of this room."""

from refuge.beds.views import addresses, beds, board, closures, refuges
from refuge.beds.views.blueprint import blueprint

__all__ = ["addresses", "beds", "blueprint", "board", "closures", "refuges"]
