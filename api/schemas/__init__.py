"""Building blocks of all kinds' schemas."""
