"""The users in the tests, and the rows that they share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import TupleRow

from local.keys import user_token
from tests.installed import INSTALLED

Sql = Connection[TupleRow]
_TOKEN_SECONDS = 3600


@dataclass(frozen=True)
class Made:
    """What this run has added, and a Supabase that is not ours is rid of at the end.

    All other rows belong to one of these users, and go with them.
    """

    users: list[UUID] = field(default_factory=list)
    challenges: list[UUID] = field(default_factory=list)


MADE = Made()


@dataclass(frozen=True)
class User:
    """A user with an account, a profile and a token like those of Supabase's sign-in."""

    id: UUID
    name: str
    token: str


@dataclass(frozen=True)
class Match:
    """Two users who may meet, a stranger to both, and a challenge for each."""

    match_id: UUID
    user1: User
    user2: User
    stranger: User
    challenge1_id: UUID
    challenge2_id: UUID


@dataclass(frozen=True)
class Wingman(Match):
    """A match with a session."""

    session_id: UUID


NewUser = Callable[..., User]
NewMatch = Callable[..., Match]
NewWingman = Callable[..., Wingman]


def new_user(sql: Sql, jwt_secret: str, name: str = "Robin") -> User:
    """A new user."""
    user_id = uuid4()
    MADE.users.append(user_id)
    sql.execute(
        "insert into auth.users (id, email) values (%s, %s)", [user_id, f"{user_id}@example.com"]
    )
    if "wingman" in INSTALLED:
        sql.execute(
            "insert into public.user_profiles (id, first_name) values (%s, %s)", [user_id, name]
        )
    return User(user_id, name, user_token(user_id, _TOKEN_SECONDS, jwt_secret))


def new_challenge(sql: Sql, points: int) -> UUID:
    """A challenge for one of a session's two participants."""
    challenge_id = uuid4()
    MADE.challenges.append(challenge_id)
    sql.execute(
        "insert into public.approach_challenges (id, title, description, difficulty, points)"
        " values (%s, 'Say hello', 'To three strangers.', 'beginner', %s)",
        [challenge_id, points],
    )
    return challenge_id


def new_match(
    sql: Sql, user: NewUser, status: str = "accepted", points: tuple[int, int] = (10, 20)
) -> Match:
    """Two new users, matched."""
    match = Match(
        match_id=uuid4(),
        user1=user("Ada"),
        user2=user("Ben"),
        stranger=user("Cleo"),
        challenge1_id=new_challenge(sql, points[0]),
        challenge2_id=new_challenge(sql, points[1]),
    )
    sql.execute(
        "insert into public.wingman_matches (id, user1_id, user2_id, status)"
        " values (%s, %s, %s, %s)",
        [match.match_id, match.user1.id, match.user2.id, status],
    )
    return match


def new_wingman(
    sql: Sql,
    match: Match,
    status: str = "scheduled",
    *,
    due: bool = True,
    confirmed: tuple[bool, bool] = (False, False),
) -> Wingman:
    """A session of `match`: an hour ago when it is due, else tomorrow.

    `confirmed` tells of user 1's challenge, then of user 2's; a completed session has both.
    """
    completed = status == "completed"
    session_id = uuid4()
    sql.execute(
        "insert into public.wingman_sessions (id, match_id, user1_challenge_id, user2_challenge_id,"
        " venue_name, scheduled_time, status, completed_at, user1_completed_confirmed_by_user2,"
        " user2_completed_confirmed_by_user1, created_at)"
        " values (%(id)s, %(match)s, %(challenge1)s, %(challenge2)s, 'Café Central',"
        " now() + %(starts_in)s::interval, %(status)s, case when %(completed)s then now() end,"
        " %(confirmed1)s, %(confirmed2)s, now() - interval '1 day')",
        {
            "id": session_id,
            "match": match.match_id,
            "challenge1": match.challenge1_id,
            "challenge2": match.challenge2_id,
            "starts_in": "-1 hour" if due else "1 day",
            "status": status,
            "completed": completed,
            "confirmed1": completed or confirmed[0],
            "confirmed2": completed or confirmed[1],
        },
    )
    return Wingman(**vars(match), session_id=session_id)
