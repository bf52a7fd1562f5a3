"""The pages of plans and of what hangs on them."""
