"""What would have helped: a period of a network lived again, day by day, as it was and as it might have been."""
