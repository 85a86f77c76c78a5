"""Formats an installation's report for the terminal."""

from collections.abc import Iterator

from api.install.plan import Plan


def stopped(plan: Plan) -> Iterator[str]:
    """Say why nothing was written, and what to do."""
    yield "Nothing was written."
    for kind, problems in plan.misfits.items():
        yield ""
        yield f"The kind {kind} cannot be installed beside what is there:"
        yield from (f"  - {problem}" for problem in problems)
        yield f"  Rename it, or leave {kind} out of --kinds: the other kinds can be installed."
    if plan.hindrances:
        yield ""
        yield "Rows stand in the way. No row is changed for you. Review, run and install again:"
    for found in plan.hindrances:
        yield ""
        yield f"  {found.reason}: {found.count} row{'' if found.count == 1 else 's'}"
        yield f"    to see them:  {found.query}"
        yield f"    a suggestion: {found.suggestion}"
    if not plan.misfits:
        yield from remarks(plan)


def remarks(plan: Plan) -> Iterator[str]:
    """Report what happens to existing tables, policies and grants."""
    if plan.adopted:
        yield ""
        yield f"Tables that stay the project's: {', '.join(plan.adopted)}."
    if plan.legacy:
        yield ""
        yield "Rules that old rows break, and that only new and changed rows must keep:"
    for broken in plan.legacy:
        yield f"  - {broken.table}: {broken.constraint}, {broken.count} row(s)"
        yield f"      to see them: {broken.query}"
        yield (
            "      when they are mended: "
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
        yield "The browser's rights:"
        yield from (f"  - {loss}" for loss in plan.losses)
    if plan.notes:
        yield ""
        yield "Also:"
        yield from (f"  - {note}" for note in plan.notes)
    if plan.adopted:
        yield ""
        yield (
            "Indexes and constraints are made in one transaction, which holds these tables: "
            "seconds for a hundred thousand rows, a minute or so for millions."
        )
