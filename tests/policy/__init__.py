"""Who may do what to whose record: the oracle, written by hand, and a world to try it in."""
