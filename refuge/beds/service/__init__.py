"""What can be done to refuges and beds. Each act leaves its audit event; none commits."""
