"""Refuges and their beds: what they offer, what is out of use, what is free and when."""
