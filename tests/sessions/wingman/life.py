"""The life of a session as docs/wingman.md tells it, read for the tests."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

from api.sessions.wingman.rules import ACTIVE, State, Status

_PAGE: Final = Path(__file__).parents[3] / "docs" / "wingman.md"
ACTIONS: Final = ("confirm", "cancel", "no-show", "notes")
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


def tables() -> list[list[dict[str, str]]]:
    """The page's tables, each a list of lines by the heads of their columns."""
    found: list[list[dict[str, str]]] = []
    head: list[str] = []
    for line in _PAGE.read_text().splitlines():
        cells = [cell.strip(" `") for cell in line.split("|")[1:-1]]
        if not cells:
            head = []
        elif not head:
            head = cells
            found.append([])
        elif cells[0] != "---":
            found[-1].append(dict(zip(head, cells, strict=True)))
    return found


LIFE, WORTH = tables()


class Case(NamedTuple):
    """One session in one state, and who asks."""

    status: Status
    user1_confirmed: bool
    user2_confirmed: bool
    due: bool
    accepted: bool
    caller: str  # user1, user2 or stranger

    def state(self, user1: UUID, user2: UUID) -> State:
        """The state as the rules look at it."""
        return State(
            user1,
            user2,
            self.status,
            self.user1_confirmed,
            self.user2_confirmed,
            self.due,
            self.accepted,
        )

    @property
    def words(self) -> dict[str, str]:
        """The state in the page's words."""
        confirmed = {
            (False, False): "none",
            (True, True): "both",
            (True, False): "caller" if self.caller == "user1" else "buddy",
            (False, True): "buddy" if self.caller == "user1" else "caller",
        }[self.user1_confirmed, self.user2_confirmed]
        return {
            "caller": "stranger" if self.caller == "stranger" else "participant",
            "match": "accepted" if self.accepted else "declined",
            "session": "active" if self.status in ACTIVE else "closed",
            "time": "after" if self.due else "before",
            "confirmed": confirmed,
        }

    def outcomes(self) -> dict[str, str]:
        """What comes of each action, by the page.

        Raises:
            ValueError: not exactly one line speaks of this state.

        """
        [line] = [it for it in LIFE if speaks_of(it, self.words)]
        return {action: line[action] for action in ACTIONS}


def speaks_of(line: dict[str, str], words: dict[str, str]) -> bool:
    """Whether a line of the page covers a state."""
    return all(line[it] == "any" or word in line[it].split(", ") for it, word in words.items())


def cases() -> Iterator[Case]:
    """Every state that the constraints allow, for every caller."""
    both = (False, True)
    people = ("user1", "user2", "stranger")
    for status, caller in product(STATUSES, people):
        for one, two, due, accepted in product(both, both, both, both):
            if (status == "completed") == (one and two):
                yield Case(status, one, two, due, accepted, caller)


CASES: Final = list(cases())


def points(line: dict[str, Any]) -> int:
    """What a line of the page's second table gives of 15 points."""
    return {"+": 15, "-": -15, "0": 0}[line["points"]]
