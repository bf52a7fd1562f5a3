"""Reading refuges and beds. Every read starts from what the reader may see."""

from refuge.beds.queries.beds import beds_of, closures_of, find_bed, own_bed, retired_beds_of
from refuge.beds.queries.board import Board, BoardBed, House, board, life_of_bed
from refuge.beds.queries.refuges import changes_of, find_refuge, own_refuge, refuges, reveals_of, runs, visible_to

__all__ = [
    "Board",
    "BoardBed",
    "House",
    "beds_of",
    "board",
    "changes_of",
    "closures_of",
    "find_bed",
    "find_refuge",
    "life_of_bed",
    "own_bed",
    "own_refuge",
    "refuges",
    "retired_beds_of",
    "reveals_of",
    "runs",
    "visible_to",
]
