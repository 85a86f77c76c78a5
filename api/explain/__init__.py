"""`session-api explain`: why Postgres allows or refuses a user's access to a row."""
