"""Tries examples of requests with faults, and counts what was answered."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from api.http.served_route import ServedRoute
from local.project import Project
from tests import actors
from tests.actors import Sql
from tests.steps import http_wire, postgres_wire
from tests.steps.http_wire import HttpWire
from tests.steps.postgres_wire import PostgresWire
from tests.steps.requests import EXAMPLES, Example
from tests.steps.site import application, served, settings_for
from tests.steps.stored import Stored
from tests.steps.trial import Route, Trial
from tests.steps.wire import Fault, Wire, address, opened

SERVED = [route for route in application().routes if isinstance(route, ServedRoute)]
DOCUMENTED = {route.unique_id: route for route in SERVED if route.include_in_schema}
FAULTS = {"postgrest": http_wire.FAULTS, "postgres": postgres_wire.FAULTS}

Outcomes = dict[str, Counter[str]]
"""By the fault's name, how often each thing was said."""


def wire_to(project: Project, backend: str) -> Wire:
    """A wire to what the backend asks."""
    if backend == "postgres":
        return PostgresWire(*address(project.database_url))
    return HttpWire(*address(project.postgrest_url))


def takes_a_key(operation: str) -> bool:
    """Whether the operation takes an `Idempotency-Key`."""
    methods = application().openapi()["paths"][DOCUMENTED[operation].path_format]
    given = methods.get("post", {}).get("parameters", ())
    is_post = "POST" in (DOCUMENTED[operation].methods or ())
    return is_post and any(it["name"] == "Idempotency-Key" for it in given)


def ways() -> list[tuple[Example, bool]]:
    """Each example, without a key and, if its operation takes one, with it."""
    known = [example for example in EXAMPLES if example.operation in DOCUMENTED]
    return [
        (example, keyed)
        for example in known
        for keyed in ([False, True] if takes_a_key(example.operation) else [False])
    ]


async def outcomes(
    project: Project, sql: Sql, backend: str, example: Example, faults: Sequence[Fault], keyed: bool
) -> Outcomes:
    """Let each call of an example fail in each of these ways.

    Raises:
        AssertionError: an answer was wrong, or something was lost, done twice or by half.

    """
    found = DOCUMENTED[example.operation]
    [method] = found.methods or ["GET"]
    route = Route(method, found.path)
    new_user = partial(actors.new_user, sql, project.jwt_secret)
    said: Outcomes = {}
    async with (
        opened(wire_to(project, backend)) as wire,
        served(settings_for(project, backend, wire.port)) as api,
    ):
        trial = Trial(api, wire, sql, new_user, Stored(sql), example, route, keyed=keyed)
        usual = await trial.usual()
        for fault in faults:
            said[fault.name] = Counter()
            call = 0
            while True:
                call += 1
                try:
                    word = await trial.fails(usual, fault, call)
                except AssertionError as error:
                    raise AssertionError(f"call {call}, {fault.name}: {error}") from error
                if word is None:
                    break
                said[fault.name][word] += 1
    return said
