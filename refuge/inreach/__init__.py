"""In-reach: sessions between residents and the workers who come to them, planned, booked, and what came of them."""
