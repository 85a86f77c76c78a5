"""What the schemas of all kinds are made of."""
