"""Prints the examination on a terminal."""

import click

from api.doctor.examination import examine
from api.doctor.findings import Check
from api.settings import load_settings


def report(database_url: str | None, cell: str | None = None) -> bool:
    """Check the deployment that the environment describes; print each check when it is done.

    Args:
        database_url: see `examine`.
        cell: which of the cells is checked; needed if there are any.

    Returns:
        Whether no fault was found.

    Raises:
        SystemExit: the settings are invalid.
        click.UsageError: there is no such cell.

    """
    settings = load_settings()
    click.echo("ok     settings")
    if settings.cells or cell is not None:
        if cell is None or cell not in settings.cells:
            names = ", ".join(settings.cells) or "there are none"
            raise click.UsageError(f"Choose one of CELLS with --cell: {names}.")
        settings = settings.of_cell(cell)
    faults = 0
    for check in examine(settings, database_url):
        click.echo(describe(check))
        faults += len(check.findings)
    click.echo(f"{faults or 'No'} fault{'' if faults == 1 else 's'}.")
    return faults == 0


def describe(check: Check) -> str:
    """Format a check for the terminal; a fault's remedy is on the next line."""
    if check.skipped:
        return f"-      {check.name}: not checked, {check.skipped}"
    faults = [
        f"FAULT  {check.name}: {finding.what} [{finding.fault}]\n       -> {finding.remedy}"
        for finding in check.findings
    ]
    notes = [f"note   {check.name}: {note}" for note in check.notes]
    return "\n".join([*(faults or [f"ok     {check.name}"]), *notes])
