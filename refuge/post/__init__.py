"""Post: the one way in which anything leaves this system by itself, to staff only, in words that say nothing."""
