"""Checks that PostgREST answers, trusts the API, knows the schema and exposes nothing else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

import httpx

from api.database.caller import BASE_TABLE
from api.database.claims import NOBODY, ROLE
from api.database.refusals import NOT_MIGRATED, POOLED
from api.doctor import reach
from api.doctor.declared import callable_functions, declared, read_by_all, readable
from api.doctor.findings import Finding, NotCheckedError
from api.doctor.probe import Probe, Reply
from api.kinds import KindName
from api.settings import Settings

QUESTION = f"/{BASE_TABLE}?select=id&limit=1"
"""The query of `/readyz`: it needs PostgREST, Postgres, the token, the role and a table."""

# what the API embeds: PostgREST must know the foreign key between the two tables
_EMBEDDED = {"interview_sessions": "job_postings!interview_sessions_job_posting_fkey"}
_PROFILES = "user_profiles"
_REQUESTS = 48
_AT_ONCE = 12
_CACHE = (
    "run `supabase db push --remote`; if nothing is pushed, reload PostgREST's schema cache: "
    "notify pgrst, 'reload schema';"
)


def trust(answer: Reply, settings: Settings, url: str) -> Iterator[Finding]:
    """Judge the answer to `QUESTION`, which tells whether the API can serve at all."""
    if answer.status == 200 and answer.is_page:
        return
    if not answer.is_postgrest:
        yield _stranger(answer, settings, url)
    elif _is_about_time(answer):
        yield Finding(
            "clock-differs",
            "PostgREST considers the API's new token expired or not valid yet",
            "synchronise this machine's clock (NTP), or the database's",
        )
    elif answer.code.startswith("PGRST3"):
        yield Finding(
            "token-refused",
            "PostgREST does not trust the key that signs the API's tokens",
            _how_to_trust(settings),
        )
    elif answer.code == "22023":
        yield Finding(
            "role-missing",
            f"role {ROLE} does not exist",
            "run `supabase db push --remote`, which creates it",
        )
    elif answer.is_denial and "role" in answer.message:
        yield Finding(
            "role-not-granted",
            f"PostgREST may not become {ROLE}",
            f"grant {ROLE} to authenticator;",
        )
    elif answer.is_denial:
        yield Finding(
            "grant-missing",
            f"{ROLE} may not read {BASE_TABLE}",
            f"grant select (id) on public.{BASE_TABLE} to {ROLE};",
        )
    elif answer.code.startswith(NOT_MIGRATED):
        yield Finding("schema-cache", f"PostgREST does not know {BASE_TABLE}", _CACHE)
    elif answer.code in POOLED:
        yield _prepared()
    else:
        yield Finding(
            "postgrest-unreachable",
            f"PostgREST answers {answer.status} {answer.code}",
            "see its log; the project may be paused, full or out of connections",
        )


def unreachable(url: str, error: httpx.HTTPError) -> Finding:
    """Report why nothing answers at `url`."""
    return Finding(
        "postgrest-unreachable",
        f"nothing answers at {url}: {reach.reason(error)}",
        reach.next_step(url, error),
    )


def pooler(probe: Probe) -> Iterator[Finding]:
    """Ask the same thing many times at once: a pooler in transaction mode then confuses PostgREST.

    Two of PostgREST's connections prepare a statement of the same name, and get the same server
    process of the pooler.
    """
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        asked = [threads.submit(probe.as_api, QUESTION) for _ in range(_REQUESTS)]
        # those that get no answer at all are told by other checks
        answers = (it.result() for it in as_completed(asked) if it.exception() is None)
        if any(answer.code in POOLED for answer in answers):
            threads.shutdown(wait=False, cancel_futures=True)
            yield _prepared()


def _prepared() -> Finding:
    return Finding(
        "pooler-prepared",
        "PostgREST is behind a pooler in transaction mode, which loses prepared statements",
        "set PGRST_DB_PREPARED_STATEMENTS=false and PGRST_DB_CHANNEL_ENABLED=false, or give "
        "PostgREST the session pooler or the direct connection",
    )


def open_gateway(settings: Settings, probe: Probe) -> Iterator[Finding]:
    """Send a browser's request: if PostgREST itself denies it, the gateway accepted the key."""
    url = f"{settings.supabase_url}/rest/v1"
    try:
        answer = probe.as_visitor(QUESTION, url)
    except httpx.HTTPError as error:
        yield unreachable(url, error)
        return
    if not answer.is_postgrest:
        yield _stranger(answer, settings, url)


def schema_cache(probe: Probe, kinds: tuple[KindName, ...]) -> Iterator[Finding]:
    """Check every table and function of the API, with all columns that it reads."""
    for table, columns in readable(ROLE, kinds).items():
        if table == _PROFILES:
            continue  # `wingman_session_details` reads it, or the project's own table instead
        answer = probe.as_api(f"/{table}?select={','.join(columns)}&limit=1")
        if answer.code.startswith(NOT_MIGRATED):
            yield Finding(
                "schema-cache", f"PostgREST does not know {table} or some of its columns", _CACHE
            )
        elif answer.is_denial:
            yield Finding(
                "grant-missing",
                f"{ROLE} lacks select on columns of {table} that it needs",
                f"replay the file {table}.sql of supabase/policies/ with psql",
            )
        elif answer.status != 200:
            yield Finding(
                "postgrest-unreachable",
                f"{table}: PostgREST answers {answer.status} {answer.code}",
                "see its log",
            )
        elif answer.body and table not in read_by_all(kinds):
            yield Finding(
                "rows-of-others",
                f"{ROLE} can read other users' rows of {table}",
                f"replay the file {table}.sql of supabase/policies/ with psql, and drop every "
                "other policy",
            )
    for function, arguments in callable_functions(kinds).items():
        # values of any type do: only a function that exists complains about them; a GET writes
        # nothing
        values = "&".join(f"{name}={NOBODY.user_id}" for name in arguments)
        if probe.as_api(f"/rpc/{function}?{values}").code.startswith(NOT_MIGRATED):
            yield Finding("schema-cache", f"PostgREST does not know {function}", _CACHE)
    for table, embedded in _EMBEDDED.items():
        if table not in readable(ROLE, kinds):
            continue
        answer = probe.as_api(f"/{table}?select=id,{embedded}(id)&limit=1")
        if answer.code.startswith(NOT_MIGRATED):
            yield Finding(
                "schema-cache",
                f"PostgREST does not know the foreign key from {table} to "
                f"{embedded.partition('!')[0]}",
                _CACHE,
            )


def closed_to_visitors(probe: Probe, kinds: tuple[KindName, ...]) -> Iterator[Finding]:
    """Try to read everything without signing in."""
    tables = [name.removeprefix("public.") for name in declared(kinds).names("relation")]
    paths = (
        *(f"/{table}?limit=1" for table in tables),
        *(f"/rpc/{kind}_session_exists?session_id={NOBODY.user_id}" for kind in kinds),
    )
    answers = {path[1:].partition("?")[0]: probe.as_visitor(path) for path in paths}
    # the project decides about its own catalogue, and about profiles that the API may not read, as
    # long as none is shown
    profiles = answers.get(_PROFILES)
    if profiles is not None and profiles.status == 200 and not profiles.body:
        is_ours = probe.as_api(f"/{_PROFILES}?select=id&limit=1").status == 200
        answers = answers if is_ours else _without(answers, {_PROFILES})
    answers = _without(answers, {it for it in read_by_all(kinds) if answers[it].status == 200})
    opened = [thing for thing, answer in answers.items() if answer.status == 200]
    for thing in opened:
        yield Finding(
            "anon-reads",
            f"{thing} can be read without signing in",
            "revoke every grant from anon: run this with DATABASE_URL for the statements",
        )
    for thing, answer in answers.items():
        if not opened and not (answer.code and answer.status < 500):
            raise NotCheckedError(f"{thing} answers {answer.status} {answer.code}".rstrip())


def _without(answers: dict[str, Reply], things: set[str]) -> dict[str, Reply]:
    return {thing: answer for thing, answer in answers.items() if thing not in things}


def closed_schema(probe: Probe) -> Iterator[Finding]:
    """Check that schema `session_api` is not exposed."""
    answer = probe.as_api("/rpc/caller_id", {"Accept-Profile": "session_api"})
    if answer.code != "PGRST106":
        yield Finding(
            "helpers-exposed",
            "PostgREST exposes schema session_api, whose functions are for policies only",
            "remove session_api from the exposed schemas: in the project's API settings, "
            "or PGRST_DB_SCHEMAS",
        )


def _stranger(answer: Reply, settings: Settings, url: str) -> Finding:
    if answer.status in (401, 403):
        key = settings.supabase_publishable_key
        return Finding(
            "publishable-key-refused",
            f"the gateway at {url} refuses SUPABASE_PUBLISHABLE_KEY"
            if key
            else f"the gateway at {url} asks for SUPABASE_PUBLISHABLE_KEY, which is not set",
            "copy the publishable key (or the legacy anon key) from the project's API settings",
        )
    return Finding(
        "not-postgrest",
        f"{url} answers {answer.status}, but not as PostgREST would",
        "set SUPABASE_URL to the project's address, or POSTGREST_URL to PostgREST's own; "
        "a paused project gives the same answer",
    )


def _is_about_time(answer: Reply) -> bool:
    # PostgREST 12 has one code for every problem with a token, and says JWTIssuedAtFuture; 13
    # and later have a second code and say "JWT issued at future"
    words = answer.message.lower().replace(" ", "")
    return answer.code in ("PGRST301", "PGRST303") and any(
        word in words for word in ("expired", "notyetvalid", "future")
    )


def _how_to_trust(settings: Settings) -> str:
    local = (
        "; a local stack needs neither setting: look for it in the environment and in this "
        "folder's `.env`"
    )
    hint = local if settings.environment == "development" else ""
    key = settings.signing_key
    if key is None:
        return (
            "SUPABASE_JWT_SECRET must be the project's legacy JWT secret, still in use; "
            "or make a key with `supabase gen signing-key`, import it, and set "
            f"SESSION_API_SIGNING_KEY{hint}"
        )
    return (
        f"import the key {key.key_id} of SESSION_API_SIGNING_KEY into the project's JWT signing "
        f"keys, or configure PostgREST's JWT secret to contain its public part{hint}"
    )
