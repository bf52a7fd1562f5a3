"""Tests of signing in, sessions and the people who sign in."""
