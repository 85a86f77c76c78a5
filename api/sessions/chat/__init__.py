"""Chat sessions: conversations with densely numbered messages."""
