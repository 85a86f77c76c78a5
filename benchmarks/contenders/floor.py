"""FastAPI alone: the same addresses, an answer kept in memory, no database and no check."""

import json
import os
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI, Response

from benchmarks.contenders.schemas import Confirmation, NewStudySession, Notes

# one answer of ours for each work
ANSWERS: dict[str, str] = json.loads(Path(os.environ["FLOOR_ANSWERS"]).read_text())

app = FastAPI()


def answer(work: str, status: int = 200) -> Response:
    """Give the work's one answer."""
    return Response(ANSWERS[work], status, media_type="application/json")


@app.get("/api/v1/wingman/sessions/{session_id}")
async def get_session(session_id: UUID) -> Response:
    """Wingman detail."""
    return answer("detail")


@app.get("/api/v1/wingman/sessions")
async def list_sessions(limit: int = 20, offset: int = 0) -> Response:
    """My latest wingman sessions."""
    return answer("list")


@app.get("/api/v1/chat/sessions/{session_id}/messages")
async def list_messages(session_id: UUID, limit: int = 20, offset: int = 0) -> Response:
    """List a page of messages with the total."""
    return answer("messages")


@app.post("/api/v1/study/sessions", status_code=201)
async def create_study_session(body: NewStudySession) -> Response:
    """Create a study session."""
    return answer("create", 201)


@app.post("/api/v1/wingman/sessions/{session_id}/confirm")
async def confirm(session_id: UUID, body: Confirmation) -> Response:
    """Confirm the buddy."""
    return answer("confirm")


@app.patch("/api/v1/wingman/sessions/{session_id}/notes")
async def write_notes(session_id: UUID, body: Notes) -> Response:
    """Write the notes."""
    return answer("notes")
