"""Beds: which waiting household could have which bed, why, and who has a prior claim.

Import what you need from here. Solving loads OR-Tools when it is first called, never at import.
"""
