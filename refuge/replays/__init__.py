"""What would have helped: a period of the network lived again with something changed, as advice to those who pay."""
