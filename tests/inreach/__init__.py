"""Tests of in-reach."""
