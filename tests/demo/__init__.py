"""Tests of the demonstration: its year is like the published figures, and loading it breaks no rule."""
