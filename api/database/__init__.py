"""The database as one caller sees it."""
