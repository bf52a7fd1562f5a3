"""Reads of sessions: whose, where, when, as far as the reader may see."""
