"""What a reader is shown of matching, in words: a run, one household, one bed, rules and limits. Pure."""
