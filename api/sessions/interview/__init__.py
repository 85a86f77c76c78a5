"""Interview sessions: practice for one job posting."""
