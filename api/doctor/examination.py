"""Everything that is asked of a deployment, in order."""

import time
from collections.abc import Callable, Iterator

import httpx

from api.doctor import clocks, keys, rest
from api.doctor.findings import Check, Finding
from api.doctor.probe import Probe
from api.settings import Settings

Clock = Callable[[], float]

_UNREACHABLE = "PostgREST cannot be asked"


def examine(
    settings: Settings, database_url: str | None = None, clock: Clock = time.time
) -> Iterator[Check]:
    """Ask a deployment everything; each check comes as soon as it is done.

    Args:
        settings: the API's own, as it is deployed.
        database_url: a role that may read the catalogue, for what only the database can tell.
        clock: this machine's, in seconds since 1970.

    """
    with Probe(settings, clock) as probe:
        yield from _rest(settings, probe)
        yield Check("public keys", list(keys.findings(settings, probe)))
    if database_url is None:
        yield Check("database", skipped="DATABASE_URL is not set")
        return
    try:
        from api.doctor.database import examine as examine_database
    except ImportError:
        # what serves needs no driver
        reason = "its driver is not installed: pip install '.[doctor]'"
        yield Check("database", skipped=reason)
        return
    yield from examine_database(database_url, clock)


def _rest(settings: Settings, probe: Probe) -> Iterator[Check]:
    try:
        answer = probe.as_api(rest.QUESTION)
    except httpx.HTTPError as error:
        finding = Finding(
            "postgrest-unreachable",
            f"nothing answers at {probe.url} ({type(error).__name__})",
            "check SUPABASE_URL and POSTGREST_URL, the network, and that the project is not paused",
        )
        yield Check("PostgREST and the API's token", [finding])
        for name in ("schema", "visitors", "private schema", "publishable key", "clock"):
            yield Check(name, skipped=_UNREACHABLE)
        return
    distrust = list(rest.trust(answer, settings, probe.url))
    yield Check("PostgREST and the API's token", distrust)
    if distrust:
        for name in ("schema", "private schema"):
            yield Check(name, skipped="PostgREST does not accept the API's question")
    else:
        yield Check("schema", list(rest.schema_cache(probe)))
        yield Check("private schema", list(rest.closed_schema(probe)))
    yield Check("visitors", list(rest.closed_to_visitors(probe)))
    yield _gateway(settings, probe)
    if answer.sent_at is None:
        yield Check("clock", skipped="PostgREST's answers have no date")
    else:
        # the header has whole seconds
        yield Check(
            "clock",
            list(clocks.difference("PostgREST's clock", answer.sent_at, answer.received_at)),
        )


def _gateway(settings: Settings, probe: Probe) -> Check:
    name = "publishable key"
    if settings.supabase_publishable_key is None:
        return Check(name, skipped="SUPABASE_PUBLISHABLE_KEY is not set")
    url = f"{settings.supabase_url}/rest/v1"
    try:
        answer = probe.as_visitor(rest.QUESTION, url)
    except httpx.HTTPError as error:
        return Check(
            name,
            [
                Finding(
                    "publishable-key-refused",
                    f"nothing answers at {url} ({type(error).__name__})",
                    "check SUPABASE_URL, which browsers use too",
                )
            ],
        )
    # PostgREST's own denial, with a code, means that the gateway let the request through
    return Check(name, [] if answer.is_postgrest else [rest.key_refused(url)])
