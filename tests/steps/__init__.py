"""Every call that a request makes to the database fails in every way; then it is repeated."""
