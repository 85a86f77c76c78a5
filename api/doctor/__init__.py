"""`session-api doctor`: is this deployment what the repository says, and if not, what to do."""
