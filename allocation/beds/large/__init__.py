"""Matching where there are too many pairs to search them all: `solve_large`."""

from allocation.beds.large.solving import solve_large

__all__ = ["solve_large"]
