"""`If-Match` on chat sessions: rename or delete only the version that was read."""

import pytest

from tests.actors import NewUser
from tests.answers import code
from tests.conftest import AsUser

CHATS = "/api/v1/chat/sessions"


@pytest.mark.parametrize("title", ["Plans", "a, b.c(d) \"e\" 'f' %2C *", "😀"])
def test_the_second_editor_is_refused(as_user: AsUser, user: NewUser, title: str) -> None:
    one = as_user(user())
    path = one.post(CHATS, json={"title": title}).headers["Location"]
    read = one.get(path).headers["ETag"]
    renamed = one.patch(path, json={"title": "By one"}, headers={"If-Match": read})
    assert renamed.status_code == 200, renamed.text
    assert renamed.headers["ETag"] == one.get(path).headers["ETag"]
    for request in (
        one.build_request("PATCH", path, json={"title": "By two"}, headers={"If-Match": read}),
        one.build_request("DELETE", path, headers={"If-Match": read}),
    ):
        refused = one.send(request)
        assert (refused.status_code, code(refused)) == (412, "PRECONDITION_FAILED")
    assert one.get(path).json()["title"] == "By one"
    tag = {"If-Match": f'"x", {renamed.headers["ETag"]}'}
    assert one.delete(path, headers=tag).status_code == 204
    assert code(one.delete(path, headers=tag)) == "SESSION_NOT_FOUND"


def test_what_got_a_message_is_not_deleted(as_user: AsUser, user: NewUser) -> None:
    client = as_user(user())
    path = client.post(CHATS, json={"title": "Plans"}).headers["Location"]
    read = {"If-Match": client.get(path).headers["ETag"]}
    client.post(f"{path}/messages", json={"content": "Wait"})
    assert client.delete(path, headers=read).status_code == 412
    assert client.get(path).json()["message_count"] == 1
    assert client.delete(path, headers={"If-Match": "*"}).status_code == 204


def test_a_stranger_learns_nothing(as_user: AsUser, user: NewUser) -> None:
    owner, stranger = as_user(user()), as_user(user())
    path = owner.post(CHATS, json={"title": "Plans"}).headers["Location"]
    for condition in (owner.get(path).headers["ETag"], '"stale"', "*"):
        for answer in (
            stranger.patch(path, json={"title": "x"}, headers={"If-Match": condition}),
            stranger.delete(path, headers={"If-Match": condition}),
        ):
            assert (answer.status_code, code(answer)) == (403, "NOT_OWNER")
    assert owner.get(path).json()["title"] == "Plans"


def test_an_unchanged_one_is_not_sent_again(as_user: AsUser, user: NewUser) -> None:
    client = as_user(user())
    path = client.post(CHATS, json={"title": "Plans"}).headers["Location"]
    tag = {"If-None-Match": client.get(path).headers["ETag"]}
    assert client.get(path, headers=tag).status_code == 304
    client.patch(path, json={"title": "Other plans"})
    assert client.get(path, headers=tag).status_code == 200
