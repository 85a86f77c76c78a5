"""Requests of several users at the same time, in every order of what they do to the database."""
