"""Instructions per request: the same in every run, whatever else the machine does."""
