"""Booking, moving, cancelling, what came of it; series, planning, feeds, and what follows when she leaves."""
