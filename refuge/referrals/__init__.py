"""A request for refuge: from the first words on the telephone to its outcome."""
