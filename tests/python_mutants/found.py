"""What mutmut found, read from its folder: each mutant's change and its fate."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

NOTICED: Final = ("killed", "timeout")
STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
SENTENCE: Final = re.compile(r"[a-z] [a-z]", re.IGNORECASE)


class Change(NamedTuple):
    """The lines that a mutant removes from a function, and those that it adds."""

    module: str
    function: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.module} {self.function}\n  - {self.old}\n  + {self.new}"


class Mutant(NamedTuple):
    """A change, and what mutmut says of it."""

    change: Change
    fate: str

    @property
    def is_noticed(self) -> bool:
        """Whether a test failed, or did not end."""
        return self.fate in NOTICED


def is_wording(change: Change) -> bool:
    """Whether a change is of the letters of sentences alone: in capitals, or between `XX`.

    Tests compare codes and not the words of messages. A string of one word may be a code or a name,
    and counts.
    """
    if STRING.sub("", change.old) != STRING.sub("", change.new):
        return False
    pairs = zip(STRING.findall(change.old), STRING.findall(change.new), strict=True)
    changed = [(old, new) for old, new in pairs if old != new]
    return bool(changed) and all(
        SENTENCE.search(old) and (new == f"XX{old}XX" or new.casefold() == old.casefold())
        for old, new in changed
    )


def all_mutants() -> Iterator[Mutant]:
    """Read every mutant of the last run, one module after the other."""
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        for name, exit_code in data.exit_code_by_key.items():
            yield Mutant(_change(name, path), status_by_exit_code[exit_code])


def _change(name: str, path: Path) -> Change:
    function, of_class = orig_function_and_class_names_from_key(name)
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    old, new = (
        "\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    return Change(str(path), f"{of_class}.{function}" if of_class else function, old, new)
