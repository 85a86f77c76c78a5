"""Prints the examination on a terminal."""

import click

from api.doctor.examination import examine
from api.doctor.findings import Check
from api.settings import load_settings


def report(database_url: str | None) -> bool:
    """Check the deployment that the environment describes; print each check when it is done.

    Args:
        database_url: see `examine`.

    Returns:
        Whether no fault was found.

    Raises:
        SystemExit: the settings are invalid.

    """
    settings = load_settings()
    click.echo("ok     settings")
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
