"""What is read to be counted: facts without names, and what was published of them."""
