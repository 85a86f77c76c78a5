from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    kind: str
    name: str
    statement: str
    subject: str  # the relation, function or role whose checks are tried first
    about: frozenset[str] = frozenset()  # and of those the ones on this verb, role, …

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"
