"""Relations of every sort, and policies that raise, recurse or take too long to read."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner

from api.cli import main
from local.project import Project

USER = "5e550000-0000-4000-8000-0000000000dd"  # in a test's name, which every worker must agree on
SETUP = f"""
create schema odd;
grant usage on schema odd to authenticated;
create table odd."Quoted" (
  "Id" int primary key,
  "select" text,
  twice int generated always as (2) stored,
  number bigint generated always as identity
);
create table odd.parts (id int, who uuid, at date, primary key (id, at)) partition by range (at);
create table odd.parts_2026 partition of odd.parts for values from ('2026-01-01') to ('2027-01-01');
create view odd.as_owner as select id, who from odd.parts;
create view odd.as_caller with (security_invoker = true) as select id, who from odd.parts;
create materialized view odd.stored as select 1 as id;
create table odd.raises (id int primary key);
create table odd.recurses (id int primary key, parent int);
create table odd.dropped (id int primary key);
create table odd.without_key (a int, b text);
create sequence odd.numbers;
create function odd.boom() returns boolean language plpgsql stable as
  $$ begin raise exception '100%% broken'; end $$;
create schema odd_hidden;
create function odd_hidden.yes() returns boolean language sql stable as 'select true';
create table odd.asks_hidden (id int primary key);
alter table odd.asks_hidden enable row level security;
create policy asks on odd.asks_hidden using (odd_hidden.yes());
insert into odd.asks_hidden values (1);
create rule drops as on insert to odd.dropped do instead nothing;
alter table odd.parts enable row level security;
alter table odd.raises enable row level security;
alter table odd.recurses enable row level security;
create policy mine on odd.parts using (who::text = current_setting('request.jwt.claim.sub'));
create policy raises on odd.raises using (odd.boom());
create policy recurses on odd.recurses using (
  exists (select from odd.recurses as above where above.id = recurses.parent)
);
create table odd.owned (id int primary key);
create table odd.forced (id int primary key);
alter table odd.owned enable row level security;
alter table odd.forced enable row level security, force row level security;
grant all on all tables in schema odd to authenticated;
insert into odd."Quoted" values (1, 'a');
insert into odd.parts values (1, '{USER}', '2026-05-05'), (2, null, '2026-05-05');
insert into odd.raises values (1);
insert into odd.recurses values (1, 1);
insert into odd.without_key values (1, null);
insert into odd.owned values (1);
insert into odd.forced values (1);
grant create on schema odd to authenticated;
alter table odd.owned owner to authenticated;
alter table odd.forced owner to authenticated;
revoke create on schema odd from authenticated;
"""


@pytest.fixture(scope="module")
def url(own_stack: Project) -> Iterator[str]:
    with psycopg.connect(own_stack.database_url) as connection:
        connection.execute(SETUP.encode())
    yield own_stack.database_url
    with psycopg.connect(own_stack.database_url) as connection:
        connection.execute("drop schema odd, odd_hidden cascade")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (["select", "odd.Quoted", "1"], "The row is visible."),
        (["update", "odd.Quoted", "1", '{"select": "b"}'], "The update is allowed."),
        (["update", "odd.Quoted", "1", '{"twice": 3}'], "by column twice: it is generated"),
        (["insert", "odd.Quoted", '{"Id": 2, "number": 3}'], "by column number: it is generated"),
        (["select", "odd.parts", '{"id": 1}'], "The row is visible."),
        (["select", "odd.parts", '{"id": 2}'], "not visible: fails policy `mine`"),
        (["insert", "odd.parts", f'{{"id": 3, "who": "{USER}", "at": "2030-01-01"}}'], "partition"),
        # a partition has no policies of its own
        (["select", "odd.parts_2026", '{"id": 2}'], "The row is visible."),
        # a table's owner is exempt, unless it is forced
        (["select", "odd.owned", "1"], "The row is visible."),
        (["select", "odd.forced", "1"], "not visible: no permissive select policy is for this"),
        (["select", "odd.as_owner", '{"id": 2}'], "The row is visible."),
        (["select", "odd.as_caller", '{"id": 2}'], "exists and is not visible"),
        (["select", "odd.stored", '{"id": 1}'], "The row is visible."),
        (["delete", "odd.stored", '{"id": 1}'], "cannot change materialized view"),
        (["select", "odd.raises", "1"], "100% broken"),
        (["select", "odd.recurses", "1"], "infinite recursion"),
        (["insert", "odd.dropped", '{"id": 1}'], "writes no row: a trigger or a rule drops it"),
        (["select", "odd.without_key", '{"b": null}'], "The row is visible."),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, list) else "",
)
def test_is_explained(url: str, question: list[str], says: str) -> None:
    result = CliRunner().invoke(
        main, ["explain", "--as", USER, *question], env={"DATABASE_URL": url}
    )
    assert result.exit_code == 0, result.output
    assert says in result.output.splitlines()[-2]


@pytest.mark.parametrize(
    "table", ["odd.numbers", "odd.nope", "a.b.c", '"; drop', "", "odd.", ".parts", "%s", "{}"]
)
def test_no_table(url: str, table: str) -> None:
    given = ["explain", "--as", USER, "select", table]
    result = CliRunner().invoke(main, given, env={"DATABASE_URL": url})
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1


def test_a_function_that_only_the_policy_may_name(url: str) -> None:
    given = ["explain", "--as", USER, "select", "odd.asks_hidden", "1"]
    result = CliRunner().invoke(main, given, env={"DATABASE_URL": url})
    assert "authenticated has no usage on odd_hidden, which a policy does not need" in result.output
    assert "The row is visible." in result.output


def test_what_raises_has_no_verdict(url: str) -> None:
    given = ["explain", "--json", "--as", USER, "select", "odd.raises", "1"]
    result = CliRunner().invoke(main, given, env={"DATABASE_URL": url})
    verdicts = {it["name"]: it["verdict"] for it in json.loads(result.output)["gates"]}
    assert verdicts["policy raises"] == "unknown"
    assert verdicts["select policies on the row"] == "unknown"
