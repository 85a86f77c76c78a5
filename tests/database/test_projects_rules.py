"""A project's own rules on our tables, and its mistakes: refused alike by either backend."""

from typing import NamedTuple

import pytest

from local.migrations import login_url
from local.project import Project
from tests.actors import NewUser, Sql
from tests.answers import error
from tests.conftest import AsUser, Serve

pytestmark = pytest.mark.all_kinds

PATH = "/api/v1/study/sessions"
REFUSED = (400, "REFUSED_BY_PROJECT")
AWAY = (503, "DATABASE_UNAVAILABLE")
TABLE = "alter table public.study_sessions"


class Rule(NamedTuple):
    """What somebody has done to the table, how it is undone, and what a new session gets."""

    plant: str
    mend: str
    answer: tuple[int, str]


def trigger(body: str, kind: str = "trigger", when: str = "before", more: str = "") -> Rule:
    """A trigger of the project's on new sessions."""
    return Rule(
        "create function public.own_rule() returns trigger language plpgsql"
        f" as $$ begin {body} end $$;"
        f"create {kind} own_rule {when} insert on public.study_sessions {more}"
        " for each row execute function public.own_rule()",
        "drop function public.own_rule cascade",
        REFUSED,
    )


AT_COMMIT = ("constraint trigger", "after", "deferrable initially deferred")
RULES = {
    "own column not null": Rule(
        f"{TABLE} add own_color text; {TABLE} add constraint own_color_given"
        " check (own_color is not null) not valid",
        f"{TABLE} drop own_color",
        REFUSED,
    ),
    "own column without a default": Rule(
        # a domain refuses null by itself, also where old rows have it
        "create domain public.own_color as text;"
        f"{TABLE} add own_color public.own_color;"
        "alter domain public.own_color add constraint given check (value is not null) not valid",
        f"{TABLE} drop own_color; drop domain public.own_color",
        REFUSED,
    ),
    "own check": Rule(
        f"{TABLE} add constraint own_check check (title <> 'new') not valid",
        f"{TABLE} drop constraint own_check",
        REFUSED,
    ),
    "own foreign key": Rule(
        "create table public.own_titles (title text primary key);"
        f"{TABLE} add constraint own_key foreign key (title) references public.own_titles"
        " not valid",
        f"{TABLE} drop constraint own_key; drop table public.own_titles",
        REFUSED,
    ),
    "own unique index": Rule(
        "create unique index own_once on public.study_sessions (title) where profile_id = 'OWNER'",
        "drop index public.own_once",
        REFUSED,
    ),
    "own policy": Rule(
        "create policy own_rule on public.study_sessions as restrictive for insert"
        " to session_api with check (title <> 'new')",
        "drop policy own_rule on public.study_sessions",
        REFUSED,
    ),
    "raise exception": trigger("raise exception 'no';"),
    "raise with a status": trigger("raise sqlstate 'PT402' using message = 'pay';"),
    "raise with an own code": trigger("raise exception using errcode = 'AB123';"),
    "no data found": trigger("raise no_data_found;"),
    "return null": trigger("return null;"),
    "a failure": trigger("perform 1 / 0; return new;"),
    "a policy that reads its own table": Rule(
        "create policy own_rule on public.study_sessions as restrictive for insert"
        " to session_api with check ((select count(*) from public.study_sessions) < 3)",
        "drop policy own_rule on public.study_sessions",
        REFUSED,
    ),
    "raise at commit": trigger("raise exception 'no';", *AT_COMMIT),
    "a check at commit": trigger("raise check_violation;", *AT_COMMIT),
    "no grant to insert": Rule(
        "revoke insert on public.study_sessions from session_api;"
        "revoke insert (profile_id, title, description) on public.study_sessions from session_api",
        "grant insert (profile_id, title, description) on public.study_sessions to session_api",
        AWAY,
    ),
    "no grant on an own table": trigger("perform 1 from auth.users; return new;")._replace(
        answer=AWAY
    ),
    "a renamed column": Rule(
        f"{TABLE} rename column description to own_words",
        f"{TABLE} rename column own_words to description",
        AWAY,
    ),
}


@pytest.fixture(params=["postgrest", "postgres"])
def at(request: pytest.FixtureRequest, serve: Serve, own_stack: Project) -> str:
    """The address of an API on each backend."""
    is_direct = request.param == "postgres"
    return serve(API_DATABASE_URL=login_url(own_stack.database_url) if is_direct else "")


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_refused(at: str, rule: Rule, as_user: AsUser, user: NewUser, sql: Sql) -> None:
    owner = user()
    client = as_user(owner, at)
    new = {"title": "new", "description": "new"}

    def make() -> tuple[int, str]:
        answer = client.post(PATH, json=new)
        return (201, "") if answer.status_code == 201 else error(answer)

    assert make() == (201, "")
    sql.execute(rule.plant.replace("OWNER", str(owner.id)).encode())
    try:
        assert make() == rule.answer
        assert client.get("/readyz").status_code == 200
    finally:
        sql.execute(rule.mend.encode())
    assert make() == (201, "")
    assert client.get(PATH).json()["total"] == 2


def test_a_trigger_that_reads_headers(at: str, as_user: AsUser, user: NewUser, sql: Sql) -> None:
    """As for an audit log; a request that had some leaves none to the next."""
    client = as_user(user(), at)
    rule = trigger(
        "if current_setting('request.headers')::json ->> 'idempotency-key' is not null then"
        " raise exception 'has a key'; end if; return new;"
    )
    sql.execute(rule.plant.encode())
    try:
        for key, status in [({}, 201), ({"Idempotency-Key": "a"}, 400), ({}, 201)]:
            answer = client.post(PATH, json={"title": "new"}, headers=key)
            assert answer.status_code == status, answer.text
    finally:
        sql.execute(rule.mend.encode())
