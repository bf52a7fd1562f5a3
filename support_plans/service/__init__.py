"""Verbs of plans: each leaves its audit event, and says in a sentence why it will not."""
