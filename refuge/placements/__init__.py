"""Matching, offers, holding, moving in and on, turning away."""
