"""Tests of the figures: counted by hand, hidden so that nothing can be derived, read only as editions."""
