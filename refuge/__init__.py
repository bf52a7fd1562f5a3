"""Allocations: who can be given a safe place in a network of refuges tonight, decided by people."""
