"""Networks, agencies and the people in them who sign in."""
