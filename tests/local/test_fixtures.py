"""The other tests stand on the fixtures: what they promise is checked here."""

import pytest
from psycopg import errors

from tests.actors import NewUser, NewWingman, Sql
from tests.conftest import AsRole, AsUser, Rest


class TestUser:
    def test_reads_own_profile(self, user: NewUser, rest: Rest) -> None:
        ada = user("Ada")
        answer = rest(ada).get("/user_profiles", params={"select": "id,first_name"})
        assert answer.json() == [{"id": str(ada.id), "first_name": "Ada"}]

    def test_is_known_to_the_api(self, user: NewUser, as_user: AsUser) -> None:
        assert as_user(user()).get("/api/v1/wingman/sessions").status_code == 200


class TestWingman:
    @pytest.mark.parametrize(
        "status", ["scheduled", "in_progress", "completed", "cancelled", "no_show"]
    )
    @pytest.mark.parametrize("due", [True, False])
    def test_is_read_by_its_two_users(
        self, wingman: NewWingman, rest: Rest, status: str, due: bool
    ) -> None:
        session = wingman(status, due=due)
        for reader in (session.user1, session.user2):
            (row,) = rest(reader).get("/wingman_session_details").json()
            assert (row["id"], row["status"], row["due"]) == (str(session.session_id), status, due)
        assert rest(session.stranger).get("/wingman_session_details").json() == []


class TestAsRole:
    def test_is_the_role_and_the_user(self, as_role: AsRole, user: NewUser) -> None:
        ada = user()
        with as_role("authenticated", ada.id) as cursor:
            cursor.execute("select current_user, auth.uid(), auth.role()")
            assert cursor.fetchone() == ("authenticated", ada.id, "authenticated")

    def test_leaves_nothing(self, as_role: AsRole, user: NewUser, sql: Sql) -> None:
        ada = user("Ada")
        with as_role("authenticated", ada.id) as cursor:
            cursor.execute("update public.user_profiles set first_name = 'Eve'")
            assert cursor.rowcount == 1
        found = sql.execute("select first_name from public.user_profiles where id = %s", [ada.id])
        assert found.fetchone() == ("Ada",)

    def test_a_refusal_is_an_error(self, as_role: AsRole) -> None:
        with as_role("anon") as cursor, pytest.raises(errors.InsufficientPrivilege):
            cursor.execute("select from public.user_profiles")
