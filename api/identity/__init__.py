"""Authentication: users' tokens and the keys that verify them."""
