"""Errors that prevent an installation from being written."""


class InstallError(Exception):
    """Nothing is written; the text is one line without secrets."""
