"""Rows of one network become a problem for the solver: `border` puts together what the others gather."""
