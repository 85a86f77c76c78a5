"""A check of the suite: pytest runs it as a test, the mutation runner against every mutant."""

from collections.abc import Callable
from dataclasses import dataclass

from psycopg import Connection


@dataclass(frozen=True)
class Check:
    name: str
    about: frozenset[str]  # relations, functions, verbs, roles: what to try first on a mutant
    run: Callable[[Connection], None]  # in a transaction that has the world; raises AssertionError
    is_behaviour: bool = True  # False: it only compares the catalog with what is declared


class Checks(list[Check]):
    """A module's checks, collected by a decorator."""

    def about(
        self, *about: str, is_behaviour: bool = True
    ) -> Callable[[Callable[[Connection], None]], Callable[[Connection], None]]:
        def add(run: Callable[[Connection], None]) -> Callable[[Connection], None]:
            name = run.__name__.replace("_", " ").strip()
            self.append(Check(name, frozenset(about), run, is_behaviour))
            return run

        return add
