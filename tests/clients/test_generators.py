"""Code generated from the document compiles, together with a page of typical uses."""

import compileall
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from local.migrations import PROJECT
from tests.clients.node import CLIENT, run

DOCUMENT: Final = PROJECT / "types" / "openapi.json"
OPTIONS: Final[dict[str, Any]] = {
    "compilerOptions": {
        "strict": True,
        "noUncheckedIndexedAccess": True,
        "noEmit": True,
        "target": "ES2022",
        "lib": ["ES2023", "DOM", "DOM.Iterable"],
        "module": "ESNext",
        "moduleResolution": "Bundler",
        "types": ["node"],  # what Supabase's own types need
    },
    "include": ["**/*.ts"],
}


@pytest.fixture(scope="module")
def generated(built: Path) -> Path:
    """A folder with each generator's output, the client and the page that uses them."""
    folder = built.parent
    run("openapi-ts", "-i", str(DOCUMENT), "-o", "heyapi", *HEY_API, cwd=folder)
    run("orval", "--input", str(DOCUMENT), "--output", "orval.ts", "--client", "fetch", cwd=folder)
    shutil.copy(CLIENT / "src" / "schema.ts", folder)
    shutil.copy(PROJECT / "types" / "database.ts", folder)
    shutil.copy(Path(__file__).with_name("uses.ts"), folder)
    (folder / "tsconfig.json").write_text(json.dumps(OPTIONS))
    return folder


HEY_API: Final = ("-p", "@hey-api/client-fetch", "@hey-api/sdk", "@hey-api/typescript", "zod")


def test_typescript_compiles(generated: Path) -> None:
    run("tsc", "-p", ".", cwd=generated)


def test_a_wrong_use_does_not_compile(generated: Path) -> None:
    wrong = generated / "wrong.ts"
    wrong.write_text('import { label } from "./uses";\nlabel("READY");\n')
    try:
        with pytest.raises(AssertionError, match=r"wrong\.ts.*not assignable"):
            run("tsc", "-p", ".", cwd=generated)
    finally:
        wrong.unlink()


def test_no_control_characters(generated: Path) -> None:
    made = [*generated.glob("heyapi/**/*.ts"), generated / "orval.ts", generated / "schema.ts"]
    assert len(made) > 10
    for file in made:
        assert not set(file.read_text()) & set(map(chr, [*range(9), *range(14, 32), 127])), file


RECIPE: Final = (
    *("generate", "--path", str(DOCUMENT), "--meta", "none"),
    *("--output-path", "session_api_client", "--fail-on-warning"),
)


def python_client(folder: Path) -> None:
    """Make the client in a folder, by the recipe in docs/frontend.md."""
    bin_folder = Path(sys.executable).parent
    subprocess.run(  # noqa: S603 - a locked package
        [sys.executable, str(bin_folder / "openapi-python-client"), *RECIPE],
        cwd=folder,
        env={"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},  # it formats with ruff
        check=True,
    )


def test_python(tmp_path: Path) -> None:
    python_client(tmp_path)
    assert compileall.compile_dir(tmp_path, quiet=1)
    code = (
        "from session_api_client import AuthenticatedClient\n"
        "from session_api_client.api.wingman import wingman_confirm\n"
        "from session_api_client.models import WingmanStatus\n"
        "assert WingmanStatus('no_show')\n"
        "AuthenticatedClient(base_url='https://api.example.com', token='token')\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)  # noqa: S603
