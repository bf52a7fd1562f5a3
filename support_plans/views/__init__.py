"""The pages of a plan and of what hangs on it."""
