"""Wingman sessions: the two people of a match get a challenge each and confirm each other's."""
