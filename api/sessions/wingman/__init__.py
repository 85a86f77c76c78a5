"""Wingman sessions: two people of a match, a challenge each, and each confirms the other's."""
