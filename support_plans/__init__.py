"""One individual support plan for each resident, worked on by several agencies."""
