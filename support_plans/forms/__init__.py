"""Forms of a plan and of what hangs on it."""
