"""What one direct read may ask for: no circular embedding, no column repeated many times."""

import pytest

from tests.actors import NewUser, NewWingman, Sql
from tests.attacks.thief import postgrest_code
from tests.conftest import Rest
from tests.kinds import new_posting

pytestmark = pytest.mark.all_kinds

TOO_MUCH = "54001"
CIRCLES = (
    "/job_postings?select=interview_sessions(job_postings(interview_sessions(id)))",
    "/interview_sessions?select=id,job_postings(interview_sessions(id))",
    "/interview_sessions?select=id,posting:job_postings!inner(s:interview_sessions!inner(id))",
    "/interview_sessions?select=id,job_postings!interview_sessions_job_posting_fkey"
    "(interview_sessions(id))",
    "/interview_sessions?select=id,interview_sessions_job_posting_fkey(interview_sessions(id))",
    "/interview_sessions?select=id,...job_postings(interview_sessions(id))",
    "/interview_sessions?select=id,job_postings(interview_sessions(count))",
    r'/interview_sessions?select=id,"x\" FROM \"public\"":job_postings(interview_sessions(id))',
    "/chat_messages?select=id,chat_sessions(chat_messages(content))",
    "/study_documents?select=id,study_sessions(study_documents(id))",
    "/user_profiles?select=id,wingman_matches!user1_id(user_profiles!user2_id(id))",
    "/wingman_sessions?select=id,wingman_matches(wingman_sessions(id))",
    "/wingman_session_details?select=id,wingman_matches(wingman_session_details(id))",
    "/approach_challenges?select=id,wingman_sessions!user1_challenge_id(approach_challenges"
    "!user2_challenge_id(id))",
)
REPEATED = (
    ",".join(f"a{number}:description" for number in range(3)),
    ",".join(["description"] * 3),
    ",".join(f"a{number}:description::text" for number in range(13)),
    f"*,{'description,' * 2}description",
    ",".join(f"a{number}:interview_sessions(*)" for number in range(3)),
    ",".join(f"a{number}:description->0" for number in range(3)),
    "a:description->0,b:description->>0,c:description->0::text",
    "a:description,b:description,c:description->0",
    r'"x\".":description,"x\".\"":description,"a\".\"b":description',
    f"id,{'a' * 3900}:title,{'b' * 3900}:title",
)
CASTS = (
    *("numeric", "decimal", "regrole", "REGROLE", "regproc", "regclass", "regtype", "money", "xml"),
    *("bit varying", "user_profiles", "float8", "interval", "tsvector", "jsonb", "no_such_type"),
)
ALLOWED_CASTS = ("text", "TEXT", "json")
USUAL = (
    "/wingman_sessions?select=*,wingman_matches!inner(*,a:user_profiles!user1_id(*),b:user_profiles"
    "!user2_id(*)),c1:approach_challenges!user1_challenge_id(*),c2:approach_challenges"
    "!user2_challenge_id(*)&wingman_matches.status=eq.accepted&order=scheduled_time.desc",
    "/study_sessions?select=*,study_documents(*,study_chunks(*)),study_topics(*),study_chats(*,"
    "study_messages(*))&id=not.is.null",
    "/job_postings?select=*,interview_sessions(*)",
    "/interview_sessions?select=*,job_postings(title,company)",
    "/chat_sessions?select=*,chat_messages(*)&chat_messages.order=message_order.desc",
    "/job_postings?select=id,title,company,description&or=(title.ilike.*a*,title.ilike.*b*,"
    "title.ilike.*c*,title.ilike.*d*)&order=title",
    "/wingman_session_details?select=*&order=scheduled_time.desc,id.desc",
)


@pytest.mark.parametrize("path", CIRCLES)
def test_no_circle(rest: Rest, user: NewUser, path: str) -> None:
    assert postgrest_code(rest(user()).get(path)) == TOO_MUCH


@pytest.mark.parametrize("columns", REPEATED)
def test_no_column_many_times(rest: Rest, user: NewUser, columns: str) -> None:
    browser = rest(user())
    assert postgrest_code(browser.get(f"/job_postings?select={columns}")) == TOO_MUCH
    assert postgrest_code(browser.get(f"/job_postings?limit=0&select={columns}")) == TOO_MUCH


@pytest.mark.parametrize("kind", CASTS)
def test_no_unusual_cast(rest: Rest, user: NewUser, sql: Sql, kind: str) -> None:
    """A cast could reveal which roles exist, or turn eight characters into 131,072."""
    browser, owner = rest(reader := user()), reader
    new_posting(sql, owner, "postgres")
    for columns in (f"title::{kind}", f'id,"x AS text )":title::{kind}', f"a:title::{kind}"):
        refused = browser.get(f"/job_postings?select={columns}")
        # a type that does not exist is refused by Postgres before any policy is asked
        assert postgrest_code(refused) in (TOO_MUCH, "42704"), refused.text


@pytest.mark.parametrize("kind", ALLOWED_CASTS)
def test_a_usual_cast(rest: Rest, user: NewUser, sql: Sql, kind: str) -> None:
    owner = user()
    new_posting(sql, owner, '"Engineer"')
    answer = rest(owner).get(f"/job_postings?select=a:title::{kind},id::uuid")
    assert answer.status_code == 200
    assert answer.json()[0]["a"] in ("Engineer", '"Engineer"')


@pytest.mark.parametrize("prefer", ["count=none", "count=exact"])
@pytest.mark.parametrize("path", USUAL)
def test_what_pages_ask_for(rest: Rest, user: NewUser, path: str, prefer: str) -> None:
    answer = rest(user()).get(path, headers={"Prefer": prefer})
    assert answer.status_code == 200, answer.text


def test_a_write_that_returns_what_it_wrote(rest: Rest, user: NewUser, sql: Sql) -> None:
    owner = user()
    path = f"/job_postings?id=eq.{new_posting(sql, owner)}"
    returned = {"Prefer": "return=representation"}
    browser = rest(owner)
    usual = f"{path}&select=*,interview_sessions(*)"
    assert browser.patch(usual, json={"title": "New"}, headers=returned).status_code == 200
    once = "interview_sessions(job_postings(id))"
    twice = "interview_sessions(job_postings(interview_sessions(id)))"
    for circle in (once, twice):
        refused = browser.patch(
            f"{path}&select={circle}", json={"title": "Newer"}, headers=returned
        )
        assert postgrest_code(refused) == TOO_MUCH
    assert browser.get(f"{path}&select=title").json() == [{"title": "New"}]


def test_the_same_statement_again_and_again(rest: Rest, wingman: NewWingman) -> None:
    """Although Postgres keeps plans, the bound is applied to each request."""
    browser = rest(wingman().user1)
    for _ in range(15):
        assert browser.get(USUAL[0]).json()[0]["wingman_matches"]["a"] is not None
        assert postgrest_code(browser.get(CIRCLES[11])) == TOO_MUCH
