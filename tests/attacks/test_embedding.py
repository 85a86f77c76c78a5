"""No embedding reaches a row that the user may not read."""

import pytest

from tests.actors import Sql
from tests.attacks.thief import Thief, postgrest_code
from tests.attacks.world import TABLES, World

pytestmark = pytest.mark.usefixtures("unchanged")

# {a} is requested, {b} refers to it by the foreign key {key}, {id} is the owner's row in {a}
SHAPES = (
    "/{a}?select=*,{b}(*)",
    "/{a}?select=*,{b}!{key}(*)",
    "/{a}?select=*,{b}!{key}!inner(*)",
    "/{a}?select=*,{b}!{key}!left(*)",
    "/{a}?select=*,stolen:{b}!{key}(*)&id=eq.{id}",
    "/{a}?select=id,...{b}!{key}(*)",
    "/{a}?select=id,{b}!{key}(count)",
    "/{a}?select=id,{b}!{key}(count())",
    "/{a}?select=id,{b}!{key}(id.max())",
    "/{a}?select=id,{b}!{key}()&{b}=not.is.null",
    "/{a}?select=id,{b}!{key}(id)&{b}=is.null",
    "/{a}?select=id,{b}!{key}!inner(id)&{b}.id=not.is.null",
    "/{a}?select=id,{b}!{key}(*)&{b}.id=eq.{id}",
    "/{a}?select=id,{b}!{key}(*)&or=({b}.not.is.null,id.eq.{id})",
    "/{a}?select=id,{b}!{key}(*)&{b}.or=(id.not.is.null,id.is.null)",
    "/{a}?select=id,{b}!{key}(id)&order={b}(id)",
    "/{a}?select=id,{b}!{key}(*)&{b}.order=id&{b}.limit=1",
    "/{a}?select={b}!{key}(*,{a}!{key}(*))",
)
TOO_MUCH = "54001"  # a table embedded below itself
# along several keys at once, towards what is the owner's alone
PATHS = (
    "/user_profiles?select=*,wingman_matches!user1_id(*,wingman_sessions(*))",
    "/user_profiles?select=*,wingman_matches!user2_id(*,user_profiles!user1_id(*))",
    "/user_profiles?select=*,job_postings(*)",
    "/user_profiles?select=*,study_sessions(*)",
    "/user_profiles?select=*,chat_sessions!user_id(*)",
    "/user_profiles?select=*,users(*)",
    "/user_profiles?select=*,users!user_profiles_id_fkey(*)",
    "/user_profiles?select=*,auth.users(*)",
    "/job_postings?select=*,users(email)",
    "/chat_messages?select=*,users!chat_sessions_user_id_fkey(*)",
    "/study_sessions?select=*,study_documents(*,study_chunks(*)),study_chats(*,study_messages(*))",
    "/study_chunks?select=*,study_documents!inner(*,study_sessions!inner(*))",
    "/study_topics?select=*,study_sessions(*,study_documents(*))",
    "/approach_challenges?select=*,wingman_sessions!user1_challenge_id(*,wingman_matches(*))",
    "/approach_challenges?select=*,wingman_sessions!user2_challenge_id(notes,...wingman_matches(*))",
    "/wingman_session_details?select=*,wingman_matches(*,user_profiles!user1_id(*))",
    "/wingman_session_details?select=*,wingman_sessions(*)",
)


def relationships(sql: Sql) -> list[tuple[str, str, str]]:
    """Each foreign key between exposed tables: the referring table, the other, its name."""
    return sql.execute(
        "select conrelid::regclass::text, confrelid::regclass::text, conname::text"
        " from pg_catalog.pg_constraint where contype = 'f'"
        " and connamespace = 'public'::regnamespace and confrelid::regclass::text = any (%s)",
        [list(TABLES)],
    ).fetchall()


@pytest.mark.parametrize("shape", SHAPES)
def test_each_foreign_key_both_ways(thief: Thief, sql: Sql, world: World, shape: str) -> None:
    keys = relationships(sql)
    assert len(keys) >= 11
    for child, parent, key in keys:
        for a, b in ((child, parent), (parent, child)):
            path = shape.format(a=a, b=b, key=key, id=world.key(a))
            answer = thief("GET", path)
            code = postgrest_code(answer)
            assert answer.is_success or code.startswith("PGRST") or code == TOO_MUCH, answer.text
            if thief.user is world.stranger and a not in ("approach_challenges", *HIS):
                assert answer.content == b"[]" or not answer.is_success, answer.text


# where the stranger has a row of their own
HIS = ("user_profiles", "job_postings")


@pytest.mark.parametrize("path", PATHS)
def test_several_at_once(thief: Thief, path: str) -> None:
    answer = thief("GET", path)
    code = postgrest_code(answer)
    assert answer.is_success or code.startswith("PGRST") or code == TOO_MUCH, answer.text


def test_the_match_partner_goes_as_far_as_the_match(participant: Thief, world: World) -> None:
    """The paths tried above exist: for the owner they return rows."""
    path = "/user_profiles?select=*,wingman_matches!user1_id(*,wingman_sessions(*))"
    assert world.shared in participant("GET", f"{path}&id=eq.{world.owner.id}").text
