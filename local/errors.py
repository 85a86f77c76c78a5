"""The one error of the local stack."""


class LocalError(Exception):
    """The stack cannot continue. The message tells the user what is wrong and what to do."""
