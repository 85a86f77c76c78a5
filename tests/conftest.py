"""Fixtures that every test may ask for. Isolation is by new users and rows, never by emptying."""

import gc
import json
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg import Cursor
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from api.kinds import KINDS
from local.addresses import HOST, free_port
from local.keys import user_token
from local.project import Project
from local.server import api_server, api_settings
from tests import actors
from tests.actors import NewMatch, NewUser, NewWingman, Sql, User
from tests.installed import ALL_ARE, INSTALLED
from tests.preloaded import PreloadedApi, preload
from tests.stacks import STACKS, Provider, Spare, scratch_folder
from tests.stacks.local import shared_data

Serve = Callable[..., str]
AsUser = Callable[..., httpx.Client]
Rest = Callable[..., httpx.Client]
AsRole = Callable[..., AbstractContextManager[Cursor[TupleRow]]]

_TIMEOUT_SECONDS = 10
_TOKEN_SECONDS = 3600


def client(base_url: str, **headers: str) -> httpx.Client:
    """A client that sends `headers` with every request."""
    return httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_SECONDS)


def get(url: str, **headers: str) -> httpx.Response:
    """The answer to one request there."""
    return httpx.get(url, headers=headers, timeout=_TIMEOUT_SECONDS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose where the tests' Supabase comes from."""
    parser.addoption(
        "--stack",
        choices=STACKS,
        default="local",
        help="the embedded stack, the same with Debian's PostgreSQL 15, the official images "
        "(needs Docker), or the Supabase at "
        "SUPABASE_URL (needs SUPABASE_PUBLISHABLE_KEY, SUPABASE_JWT_SECRET and DATABASE_URL too)",
    )
    parser.addoption(
        "--backend",
        choices=("postgrest", "postgres"),
        default="postgrest",
        help="by which way the tests' API reaches the database: through PostgREST, or by direct "
        "connections",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Fail at once if there is no such stack."""
    provider = STACKS[config.getoption("stack")]()
    if provider.spare is None and config.getoption("numprocesses", None):
        raise pytest.UsageError(
            "--stack=url is one Supabase for all tests, some of which see if anything changes: "
            "run them one after the other, with `-n 0`"
        )
    provider.require()
    if not hasattr(config, "workerinput"):  # xdist's workers share it
        data = ExitStack()
        data.enter_context(shared_data())
        config.add_cleanup(data.close)
    if provider.spare is not None:
        # every address is http: to read a hundred certificates would cost most tests their time
        os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("nobody.pem"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Exclude modules and collected tests, which live to the end, from garbage collection."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """When only some kinds are tested, deselect the tests of others and those that need all."""
    if ALL_ARE:
        return
    others = {Path(__file__).parent / "sessions" / kind for kind in KINDS if kind not in INSTALLED}
    left_out = [
        item
        for item in items
        if item.get_closest_marker("all_kinds") or others & set(item.path.parents)
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """With `-n auto` each worker has its own stack, where there can be more than one.

    Four keep two cores busy: a test waits for its servers about half of its time.
    """
    return 0 if STACKS[config.getoption("stack")]().spare is None else 4


@pytest.fixture(scope="session")
def provider(pytestconfig: pytest.Config) -> Provider:
    """The factory of the kind of stack that `--stack` names."""
    return STACKS[pytestconfig.getoption("stack")]()


@pytest.fixture(scope="session")
def stack(provider: Provider, request: pytest.FixtureRequest) -> Iterator[Project]:
    """A Supabase with the migrations applied."""
    preload()  # takes as long as the stack
    with ExitStack() as cleanup:
        try:
            project = cleanup.enter_context(provider.stack())
        except Exception as error:
            # one message, rather than one for each of the thousands of tests
            request.session.shouldfail = "there is no stack to test on"
            words = f"The stack does not start: {error}"
            raise pytest.fail.Exception(words, pytrace=False) from None
        yield project


@pytest.fixture(scope="session")
def own_stack(provider: Provider, stack: Project) -> Spare:
    """The stack, for tests that lock whole tables or briefly need a superuser."""
    if provider.spare is None:
        pytest.skip("this is not for the Supabase at SUPABASE_URL, which is somebody's")
    return cast("Spare", stack)  # a provider of spares makes only those


@pytest.fixture(scope="session")
def spare(provider: Provider) -> Iterator[Spare]:
    """A second stack, which tests may break: no other test uses it."""
    if provider.spare is None:
        pytest.skip("this would break the Supabase at SUPABASE_URL")
    with provider.spare() as project:
        yield project


@pytest.fixture(scope="session")
def backend(pytestconfig: pytest.Config) -> str:
    """The backend that `--backend` names."""
    return str(pytestconfig.getoption("backend"))


@pytest.fixture(scope="session")
def serve(stack: Project, backend: str) -> Iterator[Serve]:
    """Serve the API with these environment variables; the same ones share a process."""
    running: dict[frozenset[tuple[str, str]], str] = {}
    stops: list[Callable[[], None]] = []
    with scratch_folder() as folder:  # without a `.env`

        def serve(**overrides: str) -> str:
            key = frozenset(overrides.items())
            if key not in running:
                port = free_port()
                # who names PostgREST's address wants to see what PostgREST is asked
                way = "postgrest" if "POSTGREST_URL" in overrides else backend
                env = {
                    "PATH": os.defpath,
                    **api_settings(stack, way),
                    "RATE_LIMITS": "off",
                    **({} if ALL_ARE else {"KINDS": ",".join(INSTALLED)}),
                    **overrides,
                }
                # what is read as modules are imported needs a start from nothing
                make = api_server if "PROMETHEUS_MULTIPROC_DIR" in env else PreloadedApi
                server = make(port, env, folder, folder / f"api-{port}.log")
                stops.append(server.stop)
                server.start()
                running[key] = f"http://{HOST}:{port}"
            return running[key]

        try:
            yield serve
        finally:
            with ThreadPoolExecutor() as threads:  # one after the other they would take seconds
                list(threads.map(lambda stop: stop(), stops))


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


@pytest.fixture(scope="session")
def database(stack: Project) -> Iterator[Sql]:
    """One connection for all tests: opening one per test would take longer than most tests."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def sql(database: Sql) -> Iterator[Sql]:
    """The database as its owner, to arrange and to inspect rows; each statement commits."""
    yield database
    assert database.info.transaction_status is TransactionStatus.IDLE


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
    return lambda *how, of=None, **more: actors.new_wingman(sql, of or match(), *how, **more)
