"""Figures for those who pay and those who plan: counted once, explained, small numbers hidden, naming nobody."""
