"""`make mutants-python`: let mutmut change the rules' code, and print what the tests notice."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import click

from tests.python_mutants.equivalents import equivalents
from tests.python_mutants.found import all_mutants
from tests.python_mutants.report import report

FOLDER = Path("mutants")  # mutmut's own choice, in the working folder


@click.command()
@click.option("--processes", default=2, show_default=True, help="How many mutants at a time.")
@click.option("--again", is_flag=True, help="Do not run: report on the last run.")
def main(processes: int, *, again: bool) -> None:
    if not again:
        shutil.rmtree(FOLDER, ignore_errors=True)
        mutmut = Path(sysconfig.get_path("scripts")) / "mutmut"
        subprocess.run([mutmut, "run", "--max-children", str(processes)], check=True)  # noqa: S603
    lines, is_well = report(list(all_mutants()), equivalents())
    click.echo("\n".join(lines))
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
