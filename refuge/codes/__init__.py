"""Code lists as versioned data: what can be chosen, since when and on whose authority."""
