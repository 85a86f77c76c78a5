"""`session-api doctor`: checks a deployment against what the repository declares."""
