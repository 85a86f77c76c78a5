"""The examination on a terminal."""

import click

from api.doctor.examination import examine
from api.doctor.findings import Check
from api.settings import load_settings


def report(database_url: str | None) -> bool:
    """Examine the deployment that the environment describes; print each check as it is done.

    Args:
        database_url: see `examine`.

    Returns:
        Whether there is no fault.

    Raises:
        SystemExit: the settings do not allow a start.

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
    """Write a check for the terminal: a fault has its remedy in the line below it."""
    if check.skipped:
        return f"-      {check.name}: not checked, {check.skipped}"
    faults = [
        f"FAULT  {check.name}: {finding.what} [{finding.fault}]\n       -> {finding.remedy}"
        for finding in check.findings
    ]
    notes = [f"note   {check.name}: {note}" for note in check.notes]
    return "\n".join([*(faults or [f"ok     {check.name}"]), *notes])
