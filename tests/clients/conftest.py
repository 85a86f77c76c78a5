"""The TypeScript client, built."""

from pathlib import Path

import pytest

from tests.clients.node import CLIENT, run


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built client, where its dependency is found too."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(CLIENT / "node_modules")
    run("tsc", "-p", "tsconfig.build.json", "--outDir", str(folder / "dist"))
    return folder / "dist"
