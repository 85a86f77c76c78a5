"""FastAPI with `postgrest` as tutorials write it: a client for each request, one long `select=`.

The user's own token reads, so that row-level security applies as in ours.
"""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import Depends, FastAPI, HTTPException
from postgrest import AsyncPostgrestClient, CountMethod

from benchmarks.contenders.auth import CurrentUser, writing_token
from benchmarks.contenders.schemas import (
    Confirmation,
    Confirmed,
    Message,
    Messages,
    NewStudySession,
    Notes,
    NotesSaved,
    StudySession,
    WingmanSession,
    WingmanSessions,
    delta,
    for_caller,
    links,
)

POSTGREST_URL = os.environ["POSTGREST_URL"]

CHALLENGE = "id,title,description,difficulty,points"
DETAILS = (
    "id,match_id,venue_name,scheduled_time,status,notes,absent,completed_at,created_at,"
    "user1_completed_confirmed_by_user2,user2_completed_confirmed_by_user1,"
    "match:wingman_matches(user1_id,status,"
    "user1:user_profiles!wingman_matches_user1_id_fkey(id,first_name),"
    "user2:user_profiles!wingman_matches_user2_id_fkey(id,first_name)),"
    f"challenge1:approach_challenges!wingman_sessions_user1_challenge_id_fkey({CHALLENGE}),"
    f"challenge2:approach_challenges!wingman_sessions_user2_challenge_id_fkey({CHALLENGE})"
)


def client_for(token: str, http: httpx.AsyncClient | None = None) -> AsyncPostgrestClient:
    """Make a client that asks as this user."""
    headers = {"Authorization": f"Bearer {token}"}
    return AsyncPostgrestClient(POSTGREST_URL, headers=headers, http_client=http)


async def reading_client(user: CurrentUser) -> AsyncIterator[AsyncPostgrestClient]:
    """Make the request's client for reading."""
    async with client_for(user.token) as client:
        yield client


async def writing_client(user: CurrentUser) -> AsyncIterator[AsyncPostgrestClient]:
    """Make the request's client for writing."""
    async with client_for(writing_token(user.id)) as client:
        yield client


Reading = Annotated[AsyncPostgrestClient, Depends(reading_client)]
Writing = Annotated[AsyncPostgrestClient, Depends(writing_client)]

app = FastAPI()


@app.get("/api/v1/wingman/sessions/{session_id}")
async def get_session(session_id: UUID, client: Reading, user: CurrentUser) -> WingmanSession:
    """Wingman detail."""
    query = client.from_("wingman_sessions").select(DETAILS).eq("id", session_id)
    found = await query.execute()
    if not found.data:
        raise HTTPException(404, "Session not found")
    return session(found.data[0], user.id)


@app.get("/api/v1/wingman/sessions")
async def list_sessions(
    client: Reading, user: CurrentUser, limit: int = 20, offset: int = 0
) -> WingmanSessions:
    """My latest wingman sessions."""
    found = await (
        client.from_("wingman_sessions")
        .select(DETAILS, count=CountMethod.exact)
        .order("created_at", desc=True)
        .order("id", desc=True)
        .range(offset, offset + limit - 1)
        .execute()
    )
    total = found.count or 0
    return WingmanSessions(
        items=[session(row, user.id) for row in found.data],
        total=total,
        limit=limit,
        offset=offset,
        **links("/api/v1/wingman/sessions", limit, offset, total),
    )


@app.get("/api/v1/chat/sessions/{session_id}/messages")
async def list_messages(
    session_id: UUID, client: Reading, limit: int = 20, offset: int = 0
) -> Messages:
    """List a page of messages with the total."""
    chat = await client.from_("chat_sessions").select("id").eq("id", session_id).execute()
    if not chat.data:
        raise HTTPException(404, "Session not found")
    found = await (
        client.from_("chat_messages")
        .select("*", count=CountMethod.exact)
        .eq("session_id", session_id)
        .order("message_order")
        .range(offset, offset + limit - 1)
        .execute()
    )
    total = found.count or 0
    return Messages(
        items=[Message(**row) for row in found.data],
        total=total,
        limit=limit,
        offset=offset,
        **links(f"/api/v1/chat/sessions/{session_id}/messages", limit, offset, total),
    )


@app.post("/api/v1/study/sessions", status_code=201)
async def create_study_session(
    body: NewStudySession, user: CurrentUser, client: Writing
) -> StudySession:
    """Create a study session."""
    row = {"profile_id": str(user.id), **body.model_dump()}
    created = await client.from_("study_sessions").insert(row).execute()
    return StudySession(**created.data[0])


@app.post("/api/v1/wingman/sessions/{session_id}/confirm")
async def confirm(
    session_id: UUID, body: Confirmation, user: CurrentUser, client: Writing
) -> Confirmed:
    """Confirm the buddy."""
    columns = "*,match:wingman_matches(user1_id,user2_id)"
    query = client.from_("wingman_sessions").select(columns).eq("id", session_id)
    found = await query.lte("scheduled_time", "now").execute()
    if not found.data:
        raise HTTPException(404, "Session not found, or not yet due")
    row = found.data[0]
    mine, theirs = "user2_completed_confirmed_by_user1", "user1_completed_confirmed_by_user2"
    buddy = row["match"]["user2_id"]
    if str(user.id) != row["match"]["user1_id"]:
        mine, theirs, buddy = theirs, mine, row["match"]["user1_id"]
    if body.buddy_user_id not in (None, UUID(buddy)):
        raise HTTPException(400, "Not your buddy")
    if row["status"] not in ("scheduled", "in_progress"):
        raise HTTPException(400, "The session is closed")
    if row[mine]:
        raise HTTPException(400, "Already confirmed")
    change: dict[str, Any] = {mine: True}
    if row[theirs]:
        change |= {"status": "completed", "completed_at": "now"}
    update = client.from_("wingman_sessions").update(change).eq("id", session_id)
    # of two confirmations at once one finds the row changed
    update = update.eq("status", row["status"]).eq(mine, False).eq(theirs, row[theirs])
    written = await update.select("status", "completed_at").execute()
    if not written.data:
        raise HTTPException(409, "Try again")
    return Confirmed.of(**written.data[0])


@app.patch("/api/v1/wingman/sessions/{session_id}/notes")
async def write_notes(session_id: UUID, body: Notes, client: Writing) -> NotesSaved:
    """Write the notes."""
    update = client.from_("wingman_sessions").update({"notes": body.notes}).eq("id", session_id)
    written = await update.select("notes").execute()
    if not written.data:
        raise HTTPException(404, "Session not found")
    return NotesSaved(updated_notes=written.data[0]["notes"])


def session(row: dict[str, Any], caller_id: UUID) -> WingmanSession:
    """Make the answer from a row with its embedded ones."""
    confirmed = (
        row["user1_completed_confirmed_by_user2"],
        row["user2_completed_confirmed_by_user1"],
    )
    status, match = row["status"], row["match"]
    return WingmanSession(
        **{name: row[name] for name in ("id", "match_id", "venue_name", "scheduled_time")},
        **{name: row[name] for name in ("status", "notes", "completed_at", "created_at")},
        absent=row["absent"],
        **for_caller(
            "user1" if match["user1_id"] == str(caller_id) else "user2",
            status,
            datetime.fromisoformat(row["scheduled_time"]),
            match["status"] == "accepted",
            confirmed,
        ),
        participants={
            f"user{number}": {
                "id": match[f"user{number}"]["id"],
                "name": match[f"user{number}"]["first_name"],
                "challenge": row[f"challenge{number}"],
                "confirmed": confirmed[number - 1],
            }
            for number in (1, 2)
        },
        reputation_preview={
            f"user{number}_delta": delta(
                status, row[f"challenge{number}"]["points"], confirmed[number - 1]
            )
            for number in (1, 2)
        },
    )
