"""Tests of replaying a period."""
