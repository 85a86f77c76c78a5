"""The one error of the local stack."""


class LocalError(Exception):
    """The stack cannot go on. The message is for a person: what is wrong and what to do."""
