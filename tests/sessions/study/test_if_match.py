"""Two editors of one study session."""

from concurrent.futures import ThreadPoolExecutor

from tests.actors import NewUser
from tests.answers import error
from tests.conftest import AsUser
from tests.sessions.study.sessions import PATH, new


class TestIfMatch:
    def test_two_editors(self, as_user: AsUser, user: NewUser) -> None:
        owner = user()
        one, two = as_user(owner), as_user(owner)
        path = f"{PATH}/{new(one)['id']}"
        tags = [client.get(path).headers["ETag"] for client in (one, two)]
        assert tags[0] == tags[1]
        saved = one.put(path, json={"title": "By one"}, headers={"If-Match": tags[0]})
        assert saved.status_code == 200
        refused = two.put(path, json={"title": "By two"}, headers={"If-Match": tags[1]})
        assert error(refused) == (412, "PRECONDITION_FAILED")
        assert two.get(path).json()["title"] == "By one"
        assert two.get(path).headers["ETag"] == saved.headers["ETag"]
        again = two.put(
            path, json={"title": "By both"}, headers={"If-Match": saved.headers["ETag"]}
        )
        assert again.json()["title"] == "By both"

    def test_revalidates(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        path = f"{PATH}/{new(client)['id']}"
        tag = client.put(path, json={"title": "New"}).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        client.put(path, json={"title": "Newer"})
        changed = client.get(path, headers={"If-None-Match": tag})
        assert (changed.status_code, changed.json()["title"]) == (200, "Newer")

    def test_stale(self, as_user: AsUser, user: NewUser) -> None:
        """It takes precedence over a rule about a state that the editor has not seen."""
        client = as_user(user())
        path = f"{PATH}/{new(client)['id']}"
        tag = client.get(path).headers["ETag"]
        client.put(path, json={"status": "FAILED"})
        for body in ({"status": "PROCESSING"}, {"title": "x"}, {}):
            for condition in (tag, '"x"', "", f"W/{client.get(path).headers['ETag']}"):
                answer = client.put(path, json=body, headers={"If-Match": condition})
                assert error(answer) == (412, "PRECONDITION_FAILED")
        answer = client.put(path, json={"title": "x"}, headers={"If-Match": "*"})
        assert answer.status_code == 200

    def test_at_the_same_time(self, as_user: AsUser, user: NewUser) -> None:
        owner = user()
        path = f"{PATH}/{new(as_user(owner))['id']}"
        for _ in range(10):
            tag = as_user(owner).get(path).headers["ETag"]
            with ThreadPoolExecutor(4) as threads:
                answers = list(
                    threads.map(
                        lambda number: as_user(owner).put(
                            path,
                            json={"title": f"Title {number}"},
                            headers={"If-Match": tag},  # noqa: B023
                        ),
                        range(4),
                    )
                )
            assert sorted(it.status_code for it in answers) == [200, 412, 412, 412]
            [written] = [it for it in answers if it.status_code == 200]
            assert as_user(owner).get(path).json() == written.json()

    def test_opens_nothing(self, as_user: AsUser, user: NewUser) -> None:
        owner = as_user(user())
        path = f"{PATH}/{new(owner)['id']}"
        for condition in ("*", owner.get(path).headers["ETag"], '"x"'):
            answer = as_user(user()).put(path, json={"title": "x"}, headers={"If-Match": condition})
            assert error(answer) == (403, "NOT_OWNER")

    def test_what_has_changed_is_not_deleted(self, as_user: AsUser, user: NewUser) -> None:
        client = as_user(user())
        path = client.post(PATH, json={"title": "a"}).headers["Location"]
        read = {"If-Match": client.get(path).headers["ETag"]}
        client.put(path, json={"title": "b"})
        assert client.delete(path, headers=read).status_code == 412
        current = {"If-Match": client.get(path).headers["ETag"]}
        assert client.delete(path, headers=current).status_code == 204
        assert client.delete(path, headers=current).status_code == 404
