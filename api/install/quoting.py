"""Names of a project's own things, as SQL."""


def quoted(name: str) -> str:
    """Quote a name: a project's may have any characters, and may be a reserved word."""
    return '"' + name.replace('"', '""') + '"'


def role(name: str) -> str:
    """Quote a role's name; `public` is no role but a word."""
    return name if name == "public" else quoted(name)
