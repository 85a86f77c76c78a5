"""All checks of a deployment, in order."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx

from api.doctor import clocks, keys, reach, redis, rest
from api.doctor.findings import Check, Finding, NotCheckedError
from api.doctor.probe import Probe, Reply
from api.settings import Settings

Clock = Callable[[], float]


def examine(
    settings: Settings, database_url: str | None = None, clock: Clock = time.time
) -> Iterator[Check]:
    """Run all checks; yield each as soon as it is done.

    Args:
        settings: the deployed API's settings.
        database_url: connects as a role that may read the catalogue.
        clock: this machine's clock, in seconds since 1970.

    """
    direct = settings.api_database_url
    with Probe(settings, clock) as probe:
        if direct is None:
            yield from _project(settings, probe)
        else:
            reason = "API_DATABASE_URL is set: the API does not use PostgREST"
            yield Check("PostgREST and the API's token", skipped=reason)
            visitors = _check(
                "visitors", "", lambda: rest.closed_to_visitors(probe, settings.kinds)
            )
            yield replace(visitors, notes=list(clocks.stale_clock(probe.server)))
            yield _check("public keys", "", lambda: keys.findings(settings, probe))
    if direct is not None:
        yield from _direct(settings, direct.get_secret_value())
    if settings.rate_limit_storage != "memory":
        yield _redis(settings)
    if database_url is None:
        yield Check("database", skipped="DATABASE_URL is not set")
        return
    try:
        from api.doctor.database import examine as examine_database
    except ImportError:
        # serving requests needs no driver
        reason = "its driver is not installed: pip install '.[doctor]'"
        yield Check("database", skipped=reason)
        return
    yield from examine_database(database_url, settings.kinds, clock)


def _direct(settings: Settings, url: str) -> Iterator[Check]:
    try:
        from api.doctor.direct import examine as examine_direct
    except ImportError:
        reason = "its driver is not installed: pip install '.[doctor]'"
        yield Check("direct connections", skipped=reason)
        return
    from api.doctor.primaries import examine as examine_primaries

    yield from examine_direct(settings, url)
    yield from examine_primaries(url)
    if settings.replica_urls:
        from api.doctor.replicas import examine as examine_replicas

        yield from examine_replicas(settings, url)


def _project(settings: Settings, probe: Probe) -> Iterator[Check]:
    answer: Reply | None = None
    try:
        answer = probe.as_api(rest.QUESTION)
        distrust = list(rest.trust(answer, settings, probe.url))
    except httpx.HTTPError as error:
        distrust = [rest.unreachable(probe.url, error)]
    yield Check("PostgREST and the API's token", distrust)
    yield Check("the primary", list(reach.replicated(settings)))
    # the remaining checks would only repeat this fault, so they are skipped, not passed
    reached = answer is not None and answer.is_postgrest
    away = "" if reached else "PostgREST could not be reached, see above"
    refused = "PostgREST does not accept the API's request, see above" if distrust else ""
    pooler = _check("pooler", away or refused, lambda: rest.pooler(probe))
    yield pooler
    if pooler.findings:
        away = "PostgREST loses prepared statements, see above"
    yield _check("schema", away or refused, lambda: rest.schema_cache(probe, settings.kinds))
    yield _check("helpers' schema", away or refused, lambda: rest.closed_schema(probe))
    yield _check("visitors", away, lambda: rest.closed_to_visitors(probe, settings.kinds))
    no_key = "" if settings.supabase_publishable_key else "SUPABASE_PUBLISHABLE_KEY is not set"
    yield _check("publishable key", no_key or away, lambda: rest.open_gateway(settings, probe))
    clock = _check("clock", away, lambda: _clock(answer))
    yield replace(clock, notes=list(clocks.stale_clock(probe.server)))
    another = answer is None or "not-postgrest" in {finding.fault for finding in distrust}
    there = another and reach.same_server(settings.supabase_jwks_url, probe.url)
    yield _check("public keys", away if there else "", lambda: keys.findings(settings, probe))


def _check(name: str, hindrance: str, question: Callable[[], Iterator[Finding]]) -> Check:
    if hindrance:
        return Check(name, skipped=hindrance)
    try:
        return Check(name, list(question()))
    except NotCheckedError as error:
        return Check(name, skipped=str(error))
    except httpx.HTTPError as error:
        # it answered the first request, and no longer does
        return Check(name, [rest.unreachable(str(error.request.url.join("/")), error)])


def _clock(answer: Reply | None) -> Iterator[Finding]:
    if answer is None or answer.sent_at is None:
        raise NotCheckedError("PostgREST's answers have no Date header")
    # the header has whole seconds
    yield from clocks.difference("PostgREST's clock", answer.sent_at, answer.received_at)


def _redis(settings: Settings) -> Check:
    has_notes = bool(settings.replica_urls and settings.read_your_writes)
    hindrance = "" if settings.rate_limits or has_notes else "RATE_LIMITS is off"
    url = settings.rate_limit_storage
    return _check("Redis", hindrance, lambda: redis.findings(url, has_notes=has_notes))
