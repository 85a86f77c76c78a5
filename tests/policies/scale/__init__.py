"""A million sessions and a million messages, and what reading them costs."""
