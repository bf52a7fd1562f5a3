"""Who saw or did what to whose record, and when: a chain that shows if anybody has touched it."""
