"""Ten browser users who do the worst reads that policies let them do, while the API serves all."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx

from local.migrations import login_url
from local.project import Project
from tests.actors import NewUser, Sql
from tests.conftest import AsUser, Rest, Serve

SECONDS = 4.0
LONGEST = 0.5
PATIENCE = 15.0
# three levels of a hundred are an answer of 100 MB; of thousands, all of the memory
MESSAGES = 100
# a join of one's own rows with themselves, several times over, sorted by what no index has
WORST = (
    "/chat_messages?select=content,chat_sessions(title,chat_messages(content,chat_sessions"
    "(chat_messages(content))))&order=content.desc&limit=1000"
)


def test_direct_connections_are_not_the_browsers(
    stack: Project, serve: Serve, as_user: AsUser, rest: Rest, user: NewUser, sql: Sql
) -> None:
    api = serve(API_DATABASE_URL=login_url(stack.database_url))
    reader = as_user(user(), api)
    floods = []
    for _ in range(10):
        flooder = user()
        sql.execute(
            "with session as (insert into public.chat_sessions (user_id, title)"
            " values (%s, 'a') returning id)"
            " insert into public.chat_messages (session_id, user_id, role, content)"
            " select id, %s, 'user', repeat('a', 100) from session, generate_series(1, %s)",
            [flooder.id, flooder.id, MESSAGES],
        )
        floods.append(rest(flooder))
    end = time.monotonic() + SECONDS

    def flood(client: httpx.Client) -> int:
        sent = 0
        while time.monotonic() < end:
            with suppress(httpx.HTTPError):  # what the flooder gets is the flooder's business
                client.get(WORST, timeout=5)
            sent += 1
        return sent

    seconds = []
    assert reader.get("/api/v1/study/sessions").status_code == 200
    with ThreadPoolExecutor(len(floods)) as threads:
        flooding = [threads.submit(flood, client) for client in floods]
        time.sleep(0.5)
        while time.monotonic() < end:
            began = time.monotonic()
            answer = reader.get("/api/v1/study/sessions")
            seconds.append(time.monotonic() - began)
            assert answer.status_code == 200
        assert all(it.result() for it in flooding)
    # what was given up runs on until the browsers' time limit: the next test finds none of it
    calm = time.monotonic() + PATIENCE
    while rest(user()).get("/study_sessions").status_code != 200 and time.monotonic() < calm:
        time.sleep(0.5)
    slowest = sorted(seconds)[int(len(seconds) * 0.99)]
    assert slowest < LONGEST, f"{len(seconds)} requests, the slowest hundredth {slowest:.2f} s"
