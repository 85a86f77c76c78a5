"""What the linters find and we leave, with the reason: the baseline of `make lints`.

Not used: rlsautotest. It makes the rows that it tries the policies with, and cannot make any that
our constraints allow for 7 of the 15 tables.
"""

from typing import Final, NamedTuple


class Accepted(NamedTuple):
    """Findings of `rule` wherever `where` (a pattern as of `fnmatch`) matches."""

    tool: str
    rule: str
    where: str
    reason: str


_CHALLENGES = "public.approach_challenges"

ACCEPTED: Final = [
    Accepted(
        "pgrls lint",
        "SEC002",
        "public.*",
        "Forced row-level security is for owners that log in. Here the owner is `postgres`, who bypasses policies on"
        " Supabase with it too, and two triggers need what an owner sees.",
    ),
    Accepted(
        "pgrls lint",
        "SEC005",
        "public.*.select_unestimated",
        "Restrictive: it refuses statements, not rows, and every table has a policy about its rows besides.",
    ),
    Accepted(
        "pgrls lint",
        "SEC005",
        f"{_CHALLENGES}.select_all",
        "Challenges are the same for all users.",
    ),
    Accepted(
        "pgrls lint",
        "SEC008",
        f"{_CHALLENGES}.select_all",
        "Challenges are the same for all users.",
    ),
    Accepted(
        "pgrls lint",
        "SEC038",
        f"{_CHALLENGES}.select_all",
        "The policy is for signed-in users; anon has no grant.",
    ),
    Accepted("pgrls lint", "SEC049", _CHALLENGES, "Signed-in users choose among the challenges."),
    Accepted(
        "pgrls lint",
        "SEC007",
        _CHALLENGES,
        "It has one policy, for reading, and nothing to restrict.",
    ),
    Accepted(
        "pgrls lint",
        "SEC007",
        "public.session_api_idempotency_keys",
        "Its policies are for session_api alone; browsers have no grant.",
    ),
    Accepted(
        "pgrls lint",
        "SEC013",
        "public.*",
        "Each trigger's function is tried as each actor in tests/policies, and the two that are security definer say"
        " why in their file.",
    ),
    Accepted(
        "pgrls lint",
        "SEC014",
        "public.*_session_exists",
        "It tells 404 from 403, of one id, and shows no row.",
    ),
    Accepted(
        "pgrls lint", "SEC014", "session_api.erase_answers", "A trigger; no client may call it."
    ),
    Accepted(
        "pgrls lint",
        "SEC014",
        "session_api.number_chat_message",
        "A trigger; no client may call it.",
    ),
    Accepted("pgrls lint", "SEC016", "postgres", "Supabase's own role."),
    Accepted("pgrls lint", "SEC016", "service_role", "Supabase's own role; the API never uses it."),
    Accepted("pgrls lint", "SEC029", "authenticator", "Supabase's own role."),
    *(
        Accepted(
            "pgrls lint",
            "SEC022",
            f"public.{table}",
            "Clients read it; the project's own backend writes it.",
        )
        for table in (
            "approach_challenges",
            "study_chats",
            "study_chunks",
            "study_documents",
            "study_messages",
            "study_topics",
            "wingman_matches",
        )
    ),
    Accepted(
        "pgrls lint",
        "VIEW002",
        "public.wingman_session_details",
        "It is a security-invoker view: the tables' own policies are the barrier.",
    ),
    Accepted("pgrls verify", "cross-tenant: unverified", _CHALLENGES, "Challenges have no owner."),
    *(
        Accepted(
            "pgrls verify",
            f"{mode}: unverified",
            f"public.{table}",
            "The policy asks a function for the caller's matches or buddies, into which the prover does not look:"
            " tests/policies tries it with every kind of row.",
        )
        for mode, table in (
            ("anon", "user_profiles"),
            ("anon", "wingman_sessions"),
            ("cross-tenant", "user_profiles"),
            ("cross-tenant", "wingman_sessions"),
            ("write", "wingman_sessions"),
        )
    ),
    Accepted(
        "pgrls verify",
        "cross-tenant: unverified",
        "public.wingman_matches",
        "A match has two owners; the prover knows one.",
    ),
    Accepted(
        "squawk",
        "prefer-robust-stmts",
        "*",
        "The Supabase CLI runs each file in one transaction, once.",
    ),
    Accepted(
        "squawk",
        "require-concurrent-index-creation",
        "*",
        "The tables are made in the same transaction.",
    ),
    Accepted("squawk", "require-lock-timeout", "*", "The tables are made in the same transaction."),
    Accepted(
        "squawk", "require-statement-timeout", "*", "The tables are made in the same transaction."
    ),
    *(
        Accepted(
            "squawk", "prefer-bigint-over-int", kind, "The seeds' type, of numbers that stay small."
        )
        for kind in ("study", "interview", "wingman")
    ),
    Accepted("squawk", "prefer-text-field", "wingman", "The seed's type."),
    *(
        Accepted(tool, rule, where.format(name), reason)
        for tool, rule, where in (
            ("redocly", "no-unused-components", "#/components/schemas/{}"),
            ("spectral", "oas3-unused-component", "components schemas {}"),
        )
        for name, reason in (
            ("ErrorCode", "The list of codes, for clients that are generated from the document."),
            ("JsonValue", "Named by Pydantic; plans refer to their bounded form."),
        )
    ),
    Accepted("spectral", "info-contact", "info", "Who serves it is for its operator to say."),
    Accepted(
        "spectral", "operation-description", "paths *", "The summary says all that there is to say."
    ),
]
