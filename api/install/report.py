"""Formats an installation's report for the terminal."""

from collections.abc import Iterator

from api.install.unit import Plan


def stopped(plan: Plan) -> Iterator[str]:
    """Say why nothing was written, and what to do."""
    yield "Nothing was written."
    for kind, problems in plan.misfits.items():
        yield ""
        yield f"The kind {kind} cannot be installed here:"
        yield from (f"  - {problem}" for problem in problems)
        yield f"  Change that, or leave {kind} out of --kinds: other kinds can still be installed."
    if plan.hindrances:
        yield ""
        yield "Some rows block the installation. Review and run the statements, then install again:"
    for found in plan.hindrances:
        yield ""
        yield f"  {found.reason}: {_rows(found.count)}"
        yield f"    to see them: {found.query}"
        yield f"    a suggestion: {found.suggestion}"
    if not plan.misfits:
        yield from remarks(plan)


def remarks(plan: Plan) -> Iterator[str]:
    """Report what happens to existing tables, policies and grants."""
    if plan.adopted:
        yield ""
        yield f"Adopted tables: {', '.join(plan.adopted)}."
    if plan.legacy:
        yield ""
        yield "Rules that existing rows break; they apply to new and changed rows only:"
    for broken in plan.legacy:
        yield f"  - {broken.table}: {broken.constraint}, {_rows(broken.count)}"
        yield f"      to see them: {broken.query}"
        yield (
            "      once they are fixed: "
            f"alter table public.{broken.table} validate constraint {broken.constraint};"
        )
    if plan.doors:
        yield ""
        yield "The project's policies on these tables:"
    for door in plan.doors:
        yield f'  - "{door.policy.name}" on {door.table} {door.lets}'
        yield f"      {door.becomes}"
    if plan.losses:
        yield ""
        yield "The browser's privileges:"
        yield from (f"  - {loss}" for loss in plan.losses)
    if plan.notes:
        yield ""
        yield "Also:"
        yield from (f"  - {note}" for note in plan.notes)
    if plan.adopted:
        yield ""
        yield ("The migration locks these tables while it runs: see docs/install.md for how long.")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
