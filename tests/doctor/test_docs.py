"""docs/hosted.md explains every fault that the doctor can find, and no other."""

import re
from pathlib import Path
from typing import get_args

from api.doctor.findings import Fault

PAGE = Path(__file__).parents[2] / "docs" / "hosted.md"


def test_every_fault() -> None:
    section = PAGE.read_text().partition("## 4. The doctor")[2]
    explained = re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)
    assert explained == list(get_args(Fault))
