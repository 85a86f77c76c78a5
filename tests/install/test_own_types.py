"""Projects whose words, types, keys and rules are not ours: said before anything is written."""

import re

from tests.install.conftest import Living
from tests.install.living import ONE, TWO, MakeLiving, Serve, is_green

MATCH = "20000000-0000-4000-8000-000000000001"


def session(number: int) -> str:
    return f"40000000-0000-4000-8000-00000000000{number}"


def misfits(living: Living, kind: str) -> list[str]:
    """What is in the way of a kind, as the report lists it."""
    result = living.install(kind)
    assert result.exit_code == 1, result.output
    assert "cannot be installed here" in result.output
    return re.findall(r"^  - (.+)$", result.output, re.MULTILINE)


def run_suggested(living: Living, problems: list[str]) -> None:
    """Run the statement at the end of each problem."""
    for problem in problems:
        living.run(problem[problem.index(": alter table ") + 2 :])


def install(living: Living, kind: str) -> None:
    """Install after as many rounds of answers as the report's suggestions may need."""
    for _ in range(3):
        result = living.install(kind)
        if result.exit_code == 0:
            break
        assert living.answer(result) > 0, result.output
    assert result.exit_code == 0, result.output
    living.push()


def test_own_words(living: MakeLiving, serve: Serve) -> None:
    project = living("diary")
    problems = misfits(project, "study")
    assert [problem.partition(":")[0] for problem in problems] == [
        "public.study_sessions",
        "public.study_sessions.status has the default uploading, which the API does not know",
    ]
    assert "does not allow UPLOADING, PROCESSING, PLANNING, READY, FAILED" in problems[0]
    run_suggested(project, problems)
    install(project, "study")
    # each word became the one that it is like, and none became FAILED
    statuses = "select array_agg(status::text order by id) from public.study_sessions"
    assert project.one(statuses) == ["READY", "UPLOADING"]
    key = project.definitions()["constraint study_sessions.study_sessions_profile_id_fkey"]
    assert key.endswith("ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED")
    site = serve(project, "study")
    assert is_green(site)
    with site.as_user(ONE) as one:
        made = one.post("/api/v1/study/sessions", json={"title": "New"})
        assert made.json()["status"] == "UPLOADING", made.text
        long = one.post("/api/v1/study/sessions", json={"title": "t" * 150})
        assert long.json()["detail"]["code"] == "VALIDATION_ERROR"
    with site.browser(TWO) as two:
        assert two.get("/study_sessions?select=id").json() == []


def test_a_default_that_the_api_does_not_know(living: MakeLiving, serve: Serve) -> None:
    project = living("careers")
    problems = misfits(project, "interview")
    assert len(problems) == 1
    assert "has the default pending" in problems[0]
    run_suggested(project, problems)
    install(project, "interview")
    site = serve(project, "interview")
    assert is_green(site)
    with site.as_user(ONE) as one:
        posting = {"job_posting_id": "50000000-0000-4000-8000-000000000001"}
        made = one.post("/api/v1/interview/sessions", json=posting)
        assert made.status_code == 201, made.text
        assert made.json()["status"] == "active"


def test_rules(living: MakeLiving, serve: Serve) -> None:
    project = living("rules")
    problems = misfits(project, "chat")
    assert [re.findall(r"(public\.\w+) has the rule (\w+)", it) for it in problems] == [
        [("public.chat_sessions", "no_delete")],
        [("public.chat_messages", "log_it")],
    ]
    project.run("drop rule no_delete on chat_sessions; drop rule log_it on chat_messages")
    first = project.install("chat")
    # a message without a number gets one: it is not deleted, nor sent in an hour
    assert "delete from" not in first.output
    assert "1 hour" not in first.output
    before = len(project.rows()["chat_messages"])
    install(project, "chat")
    assert len(project.rows()["chat_messages"]) == before
    site = serve(project, "chat")
    assert is_green(site)
    with site.as_user(ONE) as one:
        path = f"/api/v1/chat/sessions/{session(1)}"
        found = one.get(f"{path}/messages").json()["items"]
        assert [message["message_order"] for message in found] == [1, 2]
        assert one.delete(path).status_code == 204
        assert one.get(path).status_code == 404


def test_an_enum_and_times_without_a_zone(living: MakeLiving, serve: Serve) -> None:
    project = living("walks")
    install(project, "wingman")
    definitions = project.definitions()
    key = definitions["constraint wingman_sessions.wingman_sessions_match_id_fkey"]
    assert key.endswith("ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE")
    assert definitions["constraint wingman_sessions.wingman_sessions_pkey"].endswith(
        "(match_id, id)"
    )
    assert "constraint wingman_sessions.wingman_sessions_id_key" in definitions
    site = serve(project, "wingman")
    assert is_green(site)
    path = f"/api/v1/wingman/sessions/{session(1)}"
    with site.as_user(ONE) as one, site.as_user(TWO) as two:
        assert one.get("/api/v1/wingman/sessions").json()["total"] == 2
        detail = one.get(path)
        tag = {"If-Match": detail.headers["ETag"]}
        written = one.patch(f"{path}/notes", json={"notes": "hi"}, headers=tag)
        assert written.status_code == 200, written.text
        assert one.patch(f"{path}/notes", json={"notes": "x"}, headers=tag).status_code == 412
        assert one.post(f"{path}/confirm", json={}).json()["both_confirmed"] is False
        done = two.post(f"{path}/confirm", json={}).json()
        assert done["both_confirmed"] is True
        assert done["session_status"] == "completed"
        assert done["completed_at"]
        made = one.post(
            "/api/v1/wingman/sessions",
            json={
                "match_id": MATCH,
                "venue_name": "New",
                "scheduled_time": "2100-01-01T00:00:00Z",
                "user1_challenge_id": "30000000-0000-4000-8000-000000000001",
                "user2_challenge_id": "30000000-0000-4000-8000-000000000001",
            },
        )
        assert made.status_code == 201, made.text
        later = f"/api/v1/wingman/sessions/{made.json()['id']}"
        assert one.post(f"{later}/cancel").status_code == 200
