"""Beds: what they are, who may know, and that nobody takes one twice."""
