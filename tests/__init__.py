"""Tests: behaviour that someone would miss."""
