"""Hostile users, and the rows they try to get."""

from collections.abc import Iterator

import httpx
import pytest

from local.project import Project
from tests.actors import Sql, User
from tests.attacks.thief import Thief
from tests.attacks.world import Ledger, World, new_world
from tests.conftest import client


@pytest.fixture(scope="session")
def world(stack: Project, database: Sql) -> World:
    """The owner's rows, created once: no attack may change them."""
    return new_world(database, stack.jwt_secret)


@pytest.fixture(scope="session")
def ledger(database: Sql) -> Ledger:
    """Checksums that show whether a row of any table has changed."""
    return Ledger(database)


@pytest.fixture(scope="class")
def unchanged(ledger: Ledger, world: World) -> Iterator[None]:
    """Check that the class's tests change no row of any table."""
    before = ledger.read()
    yield
    assert ledger.read() == before


@pytest.fixture(scope="session")
def visitor(stack: Project) -> Iterator[httpx.Client]:
    """A browser without a signed-in user."""
    with client(stack.rest_url, apikey=stack.anon_key) as browser:
        yield browser


@pytest.fixture(scope="session")
def stranger(stack: Project, world: World) -> Iterator[Thief]:
    """A signed-in user who has nothing to do with the owner."""
    with browser(stack, stack.rest_url, world.stranger) as it:
        yield Thief(world.stranger, it, world.secrets(world.stranger))


@pytest.fixture(scope="session")
def participant(stack: Project, world: World) -> Iterator[Thief]:
    """The other user of the owner's match."""
    with browser(stack, stack.rest_url, world.participant) as it:
        yield Thief(world.participant, it, world.secrets(world.participant))


@pytest.fixture(scope="session")
def insider(stack: Project, world: World) -> Iterator[Thief]:
    """The stranger, directly at PostgREST, without the gateway."""
    with browser(stack, stack.postgrest_url, world.stranger) as it:
        yield Thief(world.stranger, it, world.secrets(world.stranger))


@pytest.fixture(scope="session")
def owner(stack: Project, world: World) -> Iterator[Thief]:
    """The owner, who may see all of it: shows that a request would return something."""
    with browser(stack, stack.rest_url, world.owner) as it:
        yield Thief(world.owner, it, ())


@pytest.fixture(params=["stranger", "participant"])
def thief(request: pytest.FixtureRequest) -> Thief:
    """The stranger and the participant in turn."""
    found: Thief = request.getfixturevalue(str(request.param))
    return found


@pytest.fixture(params=["stranger", "insider"])
def either_way(request: pytest.FixtureRequest) -> Thief:
    """The stranger, through the gateway and directly at PostgREST."""
    found: Thief = request.getfixturevalue(str(request.param))
    return found


def browser(stack: Project, url: str, user: User) -> httpx.Client:
    """A signed-in user's client of PostgREST."""
    return client(url, apikey=stack.anon_key, Authorization=f"Bearer {user.token}")
