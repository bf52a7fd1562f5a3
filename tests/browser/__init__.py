"""The whole application in a real browser, served by real processes, on both databases."""
