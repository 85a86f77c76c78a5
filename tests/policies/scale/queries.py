"""What is read and written at scale: as the API asks, and the same filtered by hand.

{me} is user 1; by hand nobody's policies help. Both give the same rows.
"""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from api.kinds import KINDS
from tests.kinds import OWNED
from tests.policies.cells import COLUMNS, GRANTS
from tests.policies.conventions import OWNERS
from tests.policies.policies import UNESTIMATED
from tests.policies.rows import INSERTS, TARGETS

MILLIONS = int(os.environ.get("MILLIONS", "1"))
"""How many million sessions there are, and how many million messages."""
_LONGEST_CHAT = 950_000 * MILLIONS


def scale_id(kind: str, number: int) -> UUID:
    """Return the id that rows.sql gives to the row of this number."""
    return UUID(hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())


_NAMES: dict[str, UUID] = {
    "me": scale_id("user", 1),
    "match": scale_id("match", 0),
    "wingman": scale_id("wingman", 0),
    "foreign_wingman": scale_id("wingman", 1234),
    "challenge": scale_id("challenge", 1),
    "posting": scale_id("posting", 0),
    **{kind.name: scale_id(TARGETS[kind.table].strip("{}"), 0) for kind in OWNED},
}


def scaled(text: str) -> str:
    """Replace the {names} by ids."""
    return re.sub(r"\{(\w+)\}", lambda found: str(_NAMES[found[1]]), text)


@dataclass(frozen=True)
class Query:
    name: str
    asked: str
    by_hand: str


_VIEW = "select * from public.wingman_session_details"
_PARTICIPANT = "(user1_id = '{me}' or user2_id = '{me}')"
_NEWEST = "order by created_at desc, id desc limit 20"
_LAST = "order by scheduled_time desc, id desc limit 20"
_NEXT = "order by scheduled_time asc, id asc limit 20"
_POSTINGS = """
select session.id, session.status, posting from public.interview_sessions as session
left join lateral (
  select posting.id, posting.title, posting.company from public.job_postings as posting
  where posting.id = session.job_posting_id and posting.user_id = session.user_id
) as posting on true
"""
_MATCHES = """
select id, user1_id, user2_id, status from public.wingman_matches
"""
_PROFILES = "select id, first_name from public.user_profiles"
_BUDDIES = """
select user2_id from public.wingman_matches where user1_id = '{me}'
union all select user1_id from public.wingman_matches where user2_id = '{me}'
"""


# as PostgREST prepares it
PREPARED_DETAIL = f"""
prepare detail (uuid, bigint, bigint) as
with source as ({_VIEW} where id = $1 limit $2 offset $3)
select null::bigint, count(shown), coalesce(json_agg(shown), '[]')
from (select * from source) as shown
"""


def _wingman() -> list[Query]:
    count = "select count(*) from public.wingman_session_details"
    one = f"{_VIEW} where id = '{{wingman}}'"
    foreign = f"{_VIEW} where id = '{{foreign_wingman}}'"
    scheduled = "status = 'scheduled'"
    return [
        Query("wingman detail", one, f"{one} and {_PARTICIPANT}"),
        Query("wingman detail of others", foreign, f"{foreign} and {_PARTICIPANT}"),
        Query("wingman list", f"{_VIEW} {_NEWEST}", f"{_VIEW} where {_PARTICIPANT} {_NEWEST}"),
        Query(
            "wingman list, a later page",
            f"{_VIEW} {_NEWEST} offset 60",
            f"{_VIEW} where {_PARTICIPANT} {_NEWEST} offset 60",
        ),
        Query(
            "wingman list of a status",
            f"{_VIEW} where {scheduled} {_NEWEST}",
            f"{_VIEW} where {scheduled} and {_PARTICIPANT} {_NEWEST}",
        ),
        Query(
            "wingman list, last scheduled first",
            f"{_VIEW} {_LAST}",
            f"{_VIEW} where {_PARTICIPANT} {_LAST}",
        ),
        Query(
            "wingman list, next of a status first",
            f"{_VIEW} where {scheduled} {_NEXT}",
            f"{_VIEW} where {scheduled} and {_PARTICIPANT} {_NEXT}",
        ),
        Query("wingman count", count, f"{count} where {_PARTICIPANT}"),
        Query("matches", _MATCHES, f"{_MATCHES} where {_PARTICIPANT}"),
        Query(
            "profiles",
            _PROFILES,
            f"{_PROFILES} where id = '{{me}}' or id = any (array({_BUDDIES}))",
        ),
    ]


def _owned() -> list[Query]:
    found = []
    for kind in OWNED:
        columns = COLUMNS[kind.table]
        may = [it for it in columns if (kind.table, "select", it, "session_api") in GRANTS]
        rows = f"select {', '.join(may)} from public.{kind.table}"
        count = f"select count(*) from public.{kind.table}"
        mine = f"{kind.owner} = '{{me}}'"
        one = f"{rows} where id = '{{{kind.name}}}'"
        found += [
            Query(f"{kind.name} detail", one, f"{one} and {mine}"),
            Query(f"{kind.name} list", f"{rows} {_NEWEST}", f"{rows} where {mine} {_NEWEST}"),
            Query(f"{kind.name} count", count, f"{count} where {mine}"),
        ]
    newest = "order by session.created_at desc, session.id desc limit 20"
    return [
        *found,
        Query(
            "interview list with postings",
            f"{_POSTINGS} {newest}",
            f"{_POSTINGS} where session.user_id = '{{me}}' {newest}",
        ),
    ]


def _page(offset: int, *, newest_first: bool) -> Query:
    first = _LONGEST_CHAT - offset - 19 if newest_first else offset + 1
    direction = "desc" if newest_first else "asc"
    return Query(
        f"messages {'newest' if newest_first else 'oldest'} first, offset {offset}",
        f"select public.chat_message_page('{{chat}}', 20, {newest_first}, {offset})",
        "select (select message_count from public.chat_sessions"
        " where id = '{chat}' and user_id = '{me}'), (select json_agg(page) from ("
        "select id, session_id, user_id, message_order, role, content, timestamp"
        " from public.chat_messages where user_id = '{me}' and session_id = '{chat}'"
        f" and message_order between {first} and {first + 19} order by message_order {direction}"
        ") as page)",
    )


# what the API asks
READS = [
    *_wingman(),
    *_owned(),
    *(
        _page(offset, newest_first=down)
        for offset in (0, 900_000 * MILLIONS)
        for down in (False, True)
    ),
]

_MESSAGES = "select id, content from public.chat_messages where session_id = '{chat}'"
_ORDERED = "order by message_order limit 20"
_SESSIONS = "select id, status from public.wingman_sessions"
_MINE = """match_id = any (array(
  select id from public.wingman_matches where user1_id = '{me}'
  union all select id from public.wingman_matches where user2_id = '{me}'
))"""

SESSION_COUNT = Query(
    "session count",
    "select count(*) from public.wingman_sessions",
    f"select count(*) from public.wingman_sessions where {_MINE}",
)

# what a browser may ask besides, of PostgREST itself
_BROWSER_READS = [
    SESSION_COUNT,
    Query("sessions", f"{_SESSIONS} {_NEWEST}", f"{_SESSIONS} where {_MINE} {_NEWEST}"),
    Query(
        "messages of a session",
        f"{_MESSAGES} {_ORDERED}",
        f"{_MESSAGES} and user_id = '{{me}}' {_ORDERED}",
    ),
]


def read(queries: Iterable[Query]) -> set[str]:
    """Return the tables and views that these queries name."""
    return {table for query in queries for table in re.findall(r"public\.(\w+)", query.asked)}


def _count(table: str) -> Query:
    [owner] = (column for column in COLUMNS[table] if column in OWNERS)
    count = f"select count(*) from public.{table}"
    return Query(f"{table} count", count, f"{count} where {owner} = '{{me}}'")


BROWSER_READS = [
    *_BROWSER_READS,
    *(_count(it) for it in UNESTIMATED if it not in read([*READS, *_BROWSER_READS])),
]


def _insert(table: str) -> str:
    values = {
        column: value.replace("{owner}", "{me}")
        for column, value in INSERTS[table].items()
        if (table, "insert", column, "session_api") in GRANTS
    }
    return f"insert into public.{table} ({', '.join(values)}) values ({', '.join(values.values())})"


# what the API writes: no table of sessions or messages is read through for it
WRITES = {
    **{f"{kind.name} insert": _insert(kind.table) for kind in OWNED},
    "wingman insert": """
        insert into public.wingman_sessions
          (match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time)
        values ('{match}', '{challenge}', '{challenge}', 'Venue', now() + interval '1 hour')""",
    "wingman update": """
        update public.wingman_sessions set notes = 'new'
        where id = '{wingman}' and status = 'cancelled'""",
    "wingman confirm": "select from public.confirm_wingman_session('{wingman}')",
    "wingman update of all": "update public.wingman_sessions set notes = 'new'",
    "study update": "update public.study_sessions set title = 'new' where id = '{study}'",
    "study delete": "delete from public.study_sessions where id = '{study}'",
    "study delete of all": "delete from public.study_sessions",
    "interview insert": """
        insert into public.interview_sessions (user_id, job_posting_id)
        values ('{me}', '{posting}')""",
    "message insert": """
        insert into public.chat_messages (user_id, session_id, content)
        values ('{me}', '{chat}', 'new')""",
    "existence": "select "
    + ", ".join(f"public.{kind}_session_exists('{{{kind}}}')" for kind in KINDS),
}
