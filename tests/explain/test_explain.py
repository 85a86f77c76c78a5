"""Each gate, asked of real tables as the real roles."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from local.project import Project
from tests.actors import NewUser, NewWingman, Sql

SCHEMA = "a project's"
SETUP = """
create schema if not exists "a project's";
grant usage on schema "a project's" to authenticated;
create schema if not exists closed;
create table if not exists closed.notes (id int primary key);
create table if not exists "a project's"."Odd; name" (
  id bigint generated always as identity primary key,
  "the owner" uuid not null,
  room int not null default 1 check (room between 1 and 9),
  label text default '50% off' unique,
  secret text
);
alter table "a project's"."Odd; name" enable row level security;
grant select (id, "the owner", room, label), insert ("the owner", room, label),
  update (room, label), delete on "a project's"."Odd; name" to authenticated;
create or replace function "a project's".me() returns uuid language sql stable as
  $$ select (current_setting('request.jwt.claims')::json ->> 'sub')::uuid $$;
create or replace function "a project's".refuse_nine() returns trigger language plpgsql as
  $$ begin if new.room = 9 then raise exception 'room nine is haunted'; end if; return new; end $$;
drop trigger if exists haunted on "a project's"."Odd; name";
create trigger haunted before insert or update on "a project's"."Odd; name"
  for each row execute function "a project's".refuse_nine();
drop policy if exists own on "a project's"."Odd; name";
create policy own on "a project's"."Odd; name" to authenticated
  using ("the owner" = (select "a project's".me()) and label <> 'a AND b');
drop policy if exists "second factor" on "a project's"."Odd; name";
create policy "second factor" on "a project's"."Odd; name" as restrictive
  for update to authenticated
  using (coalesce(current_setting('request.jwt.claims')::json ->> 'aal' = 'aal2', false));
drop policy if exists for_others on "a project's"."Odd; name";
create policy for_others on "a project's"."Odd; name" for delete to service_role using (true);
"""
TABLE = f"{SCHEMA}.Odd; name"


@pytest.fixture(scope="module")
def tables(own_stack: Project) -> Iterator[None]:
    with psycopg.connect(own_stack.database_url) as connection:
        connection.execute(SETUP)
    yield
    with psycopg.connect(own_stack.database_url) as connection:
        connection.execute('drop schema "a project\'s", closed cascade')


@pytest.fixture
def owner() -> UUID:
    return uuid4()


@pytest.fixture
def row(tables: None, sql: Sql, owner: UUID) -> int:
    found = sql.execute(
        f'insert into "{SCHEMA}"."Odd; name" ("the owner", label) values (%s, %s) returning id',
        [owner, str(owner)],
    ).fetchone()
    assert found is not None
    return int(found[0])


@pytest.fixture
def run(own_stack: Project) -> Any:
    def run(user: object, *arguments: object) -> Result:
        return CliRunner().invoke(
            main,
            ["explain", "--as", str(user), *map(str, arguments)],
            env={"DATABASE_URL": own_stack.database_url},
        )

    return run


@pytest.fixture
def ask(run: Any) -> Any:
    def ask(user: object, *arguments: object) -> dict[str, Any]:
        result = run(user, "--json", *arguments)
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.output))

    return ask


def refusing(answer: dict[str, Any]) -> list[str]:
    return [gate["name"] for gate in answer["gates"] if gate["verdict"] == "refuses"]


class TestSelect:
    def test_owner(self, ask: Any, owner: UUID, row: int) -> None:
        answer = ask(owner, "select", TABLE, row)
        assert answer["allowed"] is True
        assert answer["conclusion"] == "The row is visible."
        assert refusing(answer) == []

    def test_stranger(self, ask: Any, owner: UUID, row: int) -> None:
        stranger = uuid4()
        answer = ask(stranger, "select", TABLE, row)
        assert answer["allowed"] is False
        assert "fails policy `own`" in answer["conclusion"]
        assert str(owner) in answer["conclusion"]
        assert str(stranger) in answer["conclusion"]

    def test_parts(self, ask: Any, owner: UUID, row: int) -> None:
        gates = ask(uuid4(), "select", TABLE, row)["gates"]
        policy = next(gate for gate in gates if gate["name"] == "policy own")
        first, second = policy["expression"]["parts"]
        assert first["value"] == "false"
        assert first["parts"][0]["value"] == str(owner)
        # the AND in quotes is not an operator
        assert second["value"] == "true"
        assert second["parts"][0]["value"] == str(owner)

    def test_absent(self, ask: Any, owner: UUID, tables: None) -> None:
        answer = ask(owner, "select", TABLE, 0)
        assert answer["allowed"] is None
        assert "no such row" in answer["conclusion"]

    def test_hidden_column(self, ask: Any, owner: UUID, row: int) -> None:
        gates = ask(owner, "select", TABLE, row)["gates"]
        grant = next(gate for gate in gates if gate["name"] == "grant")
        assert grant["verdict"] == "passes"
        assert "secret" in grant["says"]

    def test_any_row(self, ask: Any, owner: UUID, row: int) -> None:
        assert ask(owner, "select", TABLE)["conclusion"] == "At least one row is visible."
        assert ask(uuid4(), "select", TABLE)["conclusion"] == "No row is visible."

    def test_closed_schema(self, ask: Any, owner: UUID, tables: None) -> None:
        answer = ask(owner, "select", "closed.notes")
        assert refusing(answer)[0] == "schema usage"
        assert "no usage on closed" in answer["conclusion"]


class TestInsert:
    def test_own(self, ask: Any, owner: UUID, tables: None) -> None:
        answer = ask(owner, "insert", TABLE, json.dumps({"the owner": str(owner)}))
        assert answer["allowed"] is True, answer["conclusion"]

    def test_of_another(self, ask: Any, owner: UUID, tables: None) -> None:
        answer = ask(owner, "insert", TABLE, json.dumps({"the owner": str(uuid4())}))
        assert "the insert's new row fails policy `own`" in answer["conclusion"].lower()

    @pytest.mark.parametrize(
        ("values", "gate"),
        [
            ({"room": 12}, "check Odd; name_room_check"),
            ({"room": 9}, "trigger haunted"),
            ({"room": None}, "not null room"),
        ],
    )
    def test_what_else_refuses(
        self, ask: Any, owner: UUID, tables: None, values: dict[str, object], gate: str
    ) -> None:
        answer = ask(owner, "insert", TABLE, json.dumps({"the owner": str(owner), **values}))
        assert answer["allowed"] is False
        assert gate in refusing(answer)
        assert gate in answer["conclusion"]

    def test_taken(self, ask: Any, owner: UUID, row: int) -> None:
        values = {"the owner": str(owner), "label": str(owner)}
        answer = ask(owner, "insert", TABLE, json.dumps(values))
        assert refusing(answer) == ["unique Odd; name_label_key"]

    def test_column_without_grant(self, ask: Any, owner: UUID, tables: None) -> None:
        values = {"the owner": str(owner), "secret": "x"}
        answer = ask(owner, "insert", TABLE, json.dumps(values))
        assert "no insert on column secret" in answer["conclusion"]


class TestUpdate:
    def test_second_factor(self, ask: Any, owner: UUID, row: int) -> None:
        answer = ask(owner, "update", TABLE, row, '{"room": 2}')
        assert "`second factor`" in answer["conclusion"]
        claims = '{"aal": "aal2"}'
        assert ask(owner, "--claims", claims, "update", TABLE, row, '{"room": 2}')["allowed"]

    def test_new_row(self, ask: Any, owner: UUID, row: int) -> None:
        claims = '{"aal": "aal2"}'
        answer = ask(owner, "--claims", claims, "update", TABLE, row, '{"label": "a AND b"}')
        assert answer["conclusion"].startswith("The row is visible, and the update's new row")
        assert "`own`" in answer["conclusion"]

    def test_without_values(self, ask: Any, owner: UUID, row: int) -> None:
        answer = ask(owner, "--claims", '{"aal": "aal2"}', "update", TABLE, row)
        assert answer["allowed"] is None
        assert refusing(answer) == []


class TestDelete:
    def test_own(self, ask: Any, sql: Sql, owner: UUID, row: int) -> None:
        assert ask(owner, "delete", TABLE, row)["allowed"] is True
        kept = sql.execute(f'select from "{SCHEMA}"."Odd; name" where id = %s', [row])
        assert kept.fetchone() is not None

    def test_stranger(self, ask: Any, row: int) -> None:
        assert ask(uuid4(), "delete", TABLE, row)["allowed"] is False


class TestOurTables:
    def test_as_the_api(self, ask: Any, wingman: NewWingman, user: NewUser) -> None:
        session = wingman()
        values = '{"notes": "hello"}'
        mine = session.user1.id
        as_api = ("--role", "session_api", "update", "wingman_sessions", session.session_id, values)
        assert ask(mine, *as_api)["allowed"] is True
        answer = ask(user().id, *as_api)
        assert "is not among" in answer["conclusion"]
        assert "`select_joined`" in answer["conclusion"]

    def test_as_the_browser(self, ask: Any, wingman: NewWingman) -> None:
        session = wingman()
        answer = ask(
            session.user1.id, "update", "wingman_sessions", session.session_id, '{"notes": "x"}'
        )
        assert "no update on column notes" in answer["conclusion"]

    def test_view(self, ask: Any, wingman: NewWingman) -> None:
        session = wingman()
        key = json.dumps({"id": str(session.session_id)})
        answer = ask(session.user1.id, "select", "wingman_session_details", key)
        assert answer["allowed"] is True


class TestRefused:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("select", "no_such_table"),
            ("select", "public.user_profiles; drop table x"),
            ("select", "user_profiles", "no uuid"),
            ("select", "user_profiles", '{"nope": 1}'),
            ("update", "user_profiles"),
            ("insert", "user_profiles", "[1]"),
            ("insert", "user_profiles", '{"x\\"; drop": 1}'),
            ("--claims", "{", "select", "user_profiles"),
        ],
    )
    def test_in_one_line(self, run: Any, arguments: tuple[str, ...]) -> None:
        result = run(uuid4(), *arguments)
        assert result.exit_code == 2
        assert len(result.output.splitlines()) == 1
        assert "Traceback" not in result.output

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://postgres:hush@127.0.0.1:1/postgres",
            "postgresql://postgres:hush@hush@127.0.0.1:1/postgres",
            "postgresql://postgres:hu/sh#hush@127.0.0.1:1/postgres",
            "host=127.0.0.1 port=1 password=hush",
            "hush",
        ],
    )
    def test_no_password(self, run: Any, url: str) -> None:
        result = run(uuid4(), "--database-url", url, "select", "user_profiles")
        assert result.exit_code == 2
        assert "hush" not in result.output
        assert len(result.output.splitlines()) == 1

    def test_nothing_is_changed(self, run: Any, sql: Sql, owner: UUID, row: int) -> None:
        before = sql.execute(f'select t::text from "{SCHEMA}"."Odd; name" t order by 1').fetchall()
        run(owner, "--claims", '{"aal": "aal2"}', "update", TABLE, row, '{"room": 3}')
        run(owner, "delete", TABLE, row)
        run(owner, "insert", TABLE, json.dumps({"the owner": str(owner)}))
        after = sql.execute(f'select t::text from "{SCHEMA}"."Odd; name" t order by 1').fetchall()
        assert after == before


def test_on_a_terminal(run: Any, owner: UUID, row: int) -> None:
    lines = run(uuid4(), "select", TABLE, row).output.splitlines()
    assert any(line.startswith("REFUSES") for line in lines)
    assert any("50%" not in line and str(owner) in line for line in lines)
