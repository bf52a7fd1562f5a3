"""Which counts to hide so that no small one can be worked out: tables in, what to hide out. Exact, and pure."""
