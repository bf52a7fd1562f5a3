"""Tests of matching, holding, moving in and on, and turning away."""
