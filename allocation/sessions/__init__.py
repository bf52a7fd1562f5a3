"""Sessions: which worker sees whom, in which house and room, and when, and why a session finds no place.

Import what you need from here. Solving loads OR-Tools when it is first called, never at import.
"""
