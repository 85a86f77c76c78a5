"""package-lock.json: no registry's address, and a hash for all that is installed here."""

import json
from pathlib import Path

LOCK = json.loads((Path(__file__).parents[1] / "package-lock.json").read_text())
PACKAGES = {path: entry for path, entry in LOCK["packages"].items() if path}


def test_no_address() -> None:
    assert len(PACKAGES) > 10
    assert [path for path, entry in PACKAGES.items() if "resolved" in entry] == []


def test_hashes() -> None:
    without = [entry for entry in PACKAGES.values() if "integrity" not in entry]
    # another platform's binary, of which `make lock` has not found one yet
    assert all(entry["optional"] and entry["os"] and entry["cpu"] for entry in without)
    linux = [entry for entry in PACKAGES.values() if entry.get("os") == ["linux"]]
    ours = [it for it in linux if it["cpu"] == ["x64"] and it.get("libc") != ["musl"]]
    assert len(ours) == 2
    assert not [entry for entry in ours if entry in without]
