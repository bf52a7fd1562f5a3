"""Matching, offers, holding, moving in and on, turning away: the next room to be furnished (`docs/decisions/0001`)."""
