"""Support plans and what hangs on them."""
