"""`session-api explain`: why Postgres lets a user do something with a row, or does not."""
