"""Fixtures that every test may ask for. Isolation is by new users and rows, never by emptying."""

import json
import os
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg import Cursor
from psycopg.rows import TupleRow

from api.local.addresses import HOST, free_port
from api.local.keys import user_token
from api.local.processes import Child
from api.local.project import Project
from api.local.server import api_server, api_settings
from tests import actors
from tests.actors import Match, NewMatch, NewUser, NewWingman, Sql, User, Wingman
from tests.stacks import STACKS, Provider, Spare, scratch_folder

Serve = Callable[..., str]
AsUser = Callable[..., httpx.Client]
Rest = Callable[..., httpx.Client]
AsRole = Callable[..., AbstractContextManager[Cursor[TupleRow]]]

_TIMEOUT_SECONDS = 10
_TOKEN_SECONDS = 3600
# every address is http: certificates need not be read for each client
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(base_url: str, **headers: str) -> httpx.Client:
    """A client that sends `headers` with every request."""
    return httpx.Client(
        base_url=base_url, headers=headers, timeout=_TIMEOUT_SECONDS, verify=_NO_CERTIFICATES
    )


def get(url: str, **headers: str) -> httpx.Response:
    """What is answered there to somebody who asks once."""
    return httpx.get(url, headers=headers, timeout=_TIMEOUT_SECONDS, verify=_NO_CERTIFICATES)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the command line choose where the tests' Supabase comes from."""
    parser.addoption(
        "--stack",
        choices=STACKS,
        default="local",
        help="the embedded stack, the official images (needs Docker), or the Supabase at "
        "SUPABASE_URL (needs SUPABASE_PUBLISHABLE_KEY, SUPABASE_JWT_SECRET and DATABASE_URL too)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse at once where there is no such stack."""
    provider = STACKS[config.getoption("stack")]()
    if provider.spare is None and config.getoption("numprocesses", None):
        raise pytest.UsageError(
            "--stack=url is one Supabase for all tests, some of which see if anything changes: "
            "run them one after the other, with `-n 0`"
        )
    provider.require()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """With `-n auto` each worker has a stack of its own, where there can be more than one."""
    return 0 if STACKS[config.getoption("stack")]().spare is None else None


@pytest.fixture(scope="session")
def provider(pytestconfig: pytest.Config) -> Provider:
    """What makes stacks of the kind that `--stack` names."""
    return STACKS[pytestconfig.getoption("stack")]()


@pytest.fixture(scope="session")
def stack(provider: Provider) -> Iterator[Project]:
    """A Supabase with the migrations and nothing else that matters."""
    with provider.stack() as project:
        yield project


@pytest.fixture(scope="session")
def own_stack(provider: Provider, stack: Project) -> Project:
    """The stack, for what locks whole tables or needs a superuser, if only for a moment."""
    if provider.spare is None:
        pytest.skip("this is not for the Supabase at SUPABASE_URL, which is somebody's")
    return stack


@pytest.fixture(scope="session")
def spare(provider: Provider) -> Iterator[Spare]:
    """Another one, to be broken and mended: what happens there happens to no other test."""
    if provider.spare is None:
        pytest.skip("this would break the Supabase at SUPABASE_URL")
    with provider.spare() as project:
        yield project


@pytest.fixture(scope="session")
def serve(stack: Project) -> Iterator[Serve]:
    """Serve the API with these environment variables; the same ones share a process."""
    running: dict[frozenset[tuple[str, str]], str] = {}
    servers: list[Child] = []
    with scratch_folder() as folder:  # without a `.env`

        def serve(**overrides: str) -> str:
            key = frozenset(overrides.items())
            if key not in running:
                port = free_port()
                env = {"PATH": os.defpath, **api_settings(stack), "RATE_LIMITS": "off", **overrides}
                server = api_server(port, env, folder, folder / f"api-{port}.log")
                servers.append(server)
                server.start()
                running[key] = f"http://{HOST}:{port}"
            return running[key]

        try:
            yield serve
        finally:
            with ThreadPoolExecutor() as threads:  # one after the other they would take seconds
                list(threads.map(Child.stop, servers))


@pytest.fixture(scope="session")
def api(serve: Serve) -> str:
    """The API's address."""
    return serve()


@pytest.fixture
def as_user(api: str) -> Iterator[AsUser]:
    """A client of the API (or of the one `at` another address) that is signed in."""
    with ExitStack() as cleanup:

        def as_user(user: User, at: str = api) -> httpx.Client:
            return cleanup.enter_context(client(at, Authorization=f"Bearer {user.token}"))

        yield as_user


@pytest.fixture
def anonymous(api: str) -> Iterator[httpx.Client]:
    """A client of the API that is not signed in."""
    with client(api) as visitor:
        yield visitor


@pytest.fixture
def rest(stack: Project) -> Iterator[Rest]:
    """A client of PostgREST: a user's browser, a visitor's (`None`), or the API as a user."""
    with ExitStack() as cleanup:

        def rest(user: User | None, role: str = "authenticated") -> httpx.Client:
            headers = {"apikey": stack.anon_key}
            if user is not None:
                token = user_token(user.id, _TOKEN_SECONDS, stack.jwt_secret, role)
                headers["Authorization"] = f"Bearer {token}"
            return cleanup.enter_context(client(stack.rest_url, **headers))

        yield rest


@pytest.fixture
def sql(stack: Project) -> Iterator[Sql]:
    """The database for its superuser, to arrange and to look; each statement commits."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def as_role(stack: Project) -> AsRole:
    """A cursor in a transaction as PostgREST makes it for a role and a user; rolled back."""

    @contextmanager
    def as_role(role: str, user_id: UUID | None = None) -> Iterator[Cursor[TupleRow]]:
        claims = {"role": role} | ({} if user_id is None else {"sub": str(user_id)})
        with (
            psycopg.connect(stack.database_url) as connection,
            connection.transaction(force_rollback=True),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
                [role, json.dumps(claims)],
            )
            yield cursor

    return as_role


@pytest.fixture
def user(sql: Sql, stack: Project) -> NewUser:
    """Make a user: `user("Ada")`."""
    return partial(actors.new_user, sql, stack.jwt_secret)


@pytest.fixture
def match(sql: Sql, user: NewUser) -> NewMatch:
    """Make a match of two new users: `match(status="pending", points=(10, 20))`."""
    return partial(actors.new_match, sql, user)


@pytest.fixture
def wingman(sql: Sql, match: NewMatch) -> NewWingman:
    """Make a session of two new users: `wingman("no_show", due=False, confirmed=(True, False))`."""

    def wingman(
        status: str = "scheduled",
        *,
        due: bool = True,
        confirmed: tuple[bool, bool] = (False, False),
        of: Match | None = None,
    ) -> Wingman:
        return actors.new_wingman(sql, of or match(), status, due=due, confirmed=confirmed)

    return wingman
