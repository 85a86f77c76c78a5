"""Quotes the names of a project's own objects in SQL."""


def quoted(name: str) -> str:
    """Quote a name: a project's may have any characters, and may be a reserved word."""
    return '"' + name.replace('"', '""') + '"'


def role(name: str) -> str:
    """Quote a role's name; `public` is a keyword and not a role."""
    return name if name == "public" else quoted(name)
