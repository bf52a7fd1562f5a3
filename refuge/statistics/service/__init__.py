"""The verbs of figures: publish an edition, set a target, judge a figure."""
