"""The kinds of session, one package each, and what they share."""
