"""Tests of the pure package."""
