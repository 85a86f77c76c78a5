"""The classic: FastAPI with SQLAlchemy 2 and asyncpg as the table owner, all checks in Python.

No row-level security. The queries are the ones that the schema's indexes serve.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

from benchmarks.contenders import schemas
from benchmarks.contenders.auth import CurrentUser
from benchmarks.contenders.classic_tables import (
    ChatSession,
    Match,
    Message,
    StudySession,
    WingmanSession,
)
from benchmarks.contenders.schemas import (
    Confirmation,
    Confirmed,
    Messages,
    NewStudySession,
    Notes,
    NotesSaved,
    delta,
    for_caller,
    links,
)

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    # as many connections for all workers together as PostgREST has
    pool_size=max(1, 10 // int(os.environ["WORKERS"])),
    max_overflow=0,
)
make_session = async_sessionmaker(engine, expire_on_commit=False)

DETAILS = (
    joinedload(WingmanSession.match, innerjoin=True).joinedload(Match.user1, innerjoin=True),
    joinedload(WingmanSession.match, innerjoin=True).joinedload(Match.user2, innerjoin=True),
    joinedload(WingmanSession.user1_challenge, innerjoin=True),
    joinedload(WingmanSession.user2_challenge, innerjoin=True),
)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open the request's session."""
    async with make_session() as db:
        yield db


Db = Annotated[AsyncSession, Depends(get_db)]

app = FastAPI()


def require_participant(session: WingmanSession | None, user_id: UUID) -> WingmanSession:
    """Check what row-level security checks in ours."""
    if session is None:
        raise HTTPException(404, "Session not found")
    if user_id not in (session.match.user1_id, session.match.user2_id):
        raise HTTPException(403, "Not a participant")
    return session


@app.get("/api/v1/wingman/sessions/{session_id}")
async def get_session(session_id: UUID, user: CurrentUser, db: Db) -> schemas.WingmanSession:
    """Wingman detail."""
    session = await db.get(WingmanSession, session_id, options=DETAILS)
    return answer(require_participant(session, user.id), user.id)


@app.get("/api/v1/wingman/sessions")
async def list_sessions(
    user: CurrentUser, db: Db, limit: int = 20, offset: int = 0
) -> schemas.WingmanSessions:
    """My latest wingman sessions."""
    mine = or_(Match.user1_id == user.id, Match.user2_id == user.id)
    on = WingmanSession.match_id == Match.id
    total = await db.scalar(
        select(func.count()).select_from(WingmanSession).join(Match, on).where(mine)
    )
    rows = await db.scalars(
        select(WingmanSession)
        .join(Match, on)
        .where(mine)
        .options(*DETAILS)
        .order_by(WingmanSession.created_at.desc(), WingmanSession.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return schemas.WingmanSessions(
        items=[answer(row, user.id) for row in rows],
        total=total or 0,
        limit=limit,
        offset=offset,
        **links("/api/v1/wingman/sessions", limit, offset, total or 0),
    )


@app.get("/api/v1/chat/sessions/{session_id}/messages")
async def list_messages(
    session_id: UUID, user: CurrentUser, db: Db, limit: int = 20, offset: int = 0
) -> Messages:
    """List a page of messages with the total."""
    chat = await db.get(ChatSession, session_id)
    if chat is None:
        raise HTTPException(404, "Session not found")
    if chat.user_id != user.id:
        raise HTTPException(403, "Not authorized")
    rows = await db.scalars(
        select(Message)
        .where(and_(Message.user_id == user.id, Message.session_id == session_id))
        .order_by(Message.message_order)
        .limit(limit)
        .offset(offset)
    )
    total = chat.message_count
    return Messages(
        items=list(rows),
        total=total,
        limit=limit,
        offset=offset,
        **links(f"/api/v1/chat/sessions/{session_id}/messages", limit, offset, total),
    )


@app.post("/api/v1/study/sessions", status_code=201)
async def create_study_session(
    body: NewStudySession, user: CurrentUser, db: Db
) -> schemas.StudySession:
    """Create a study session."""
    session = StudySession(profile_id=user.id, **body.model_dump())
    db.add(session)
    await db.commit()
    return schemas.StudySession.model_validate(session)


@app.post("/api/v1/wingman/sessions/{session_id}/confirm")
async def confirm(session_id: UUID, body: Confirmation, user: CurrentUser, db: Db) -> Confirmed:
    """Confirm the buddy."""
    session = require_participant(
        await db.scalar(
            select(WingmanSession)
            .where(WingmanSession.id == session_id)
            .options(joinedload(WingmanSession.match, innerjoin=True))
            .with_for_update(of=WingmanSession)
        ),
        user.id,
    )
    is_user1 = user.id == session.match.user1_id
    buddy = session.match.user2_id if is_user1 else session.match.user1_id
    if session.status not in ("scheduled", "in_progress"):
        raise HTTPException(400, "The session is closed")
    if body.buddy_user_id not in (None, buddy):
        raise HTTPException(400, "Not your buddy")
    now = datetime.now(UTC)
    if session.scheduled_time > now:
        raise HTTPException(400, "Too early")
    if is_user1:
        if session.user2_completed_confirmed_by_user1:
            raise HTTPException(400, "Already confirmed")
        session.user2_completed_confirmed_by_user1 = True
    else:
        if session.user1_completed_confirmed_by_user2:
            raise HTTPException(400, "Already confirmed")
        session.user1_completed_confirmed_by_user2 = True
    if session.user1_completed_confirmed_by_user2 and session.user2_completed_confirmed_by_user1:
        session.status = "completed"
        session.completed_at = now
    await db.commit()
    return Confirmed.of(session.status, session.completed_at)


@app.patch("/api/v1/wingman/sessions/{session_id}/notes")
async def write_notes(session_id: UUID, body: Notes, user: CurrentUser, db: Db) -> NotesSaved:
    """Write the notes."""
    options = [joinedload(WingmanSession.match, innerjoin=True)]
    session = require_participant(
        await db.get(WingmanSession, session_id, options=options), user.id
    )
    session.notes = body.notes
    await db.commit()
    return NotesSaved(updated_notes=session.notes)


def answer(session: WingmanSession, caller_id: UUID) -> schemas.WingmanSession:
    """Make the answer from a session with what belongs to it."""
    confirmed = (
        session.user1_completed_confirmed_by_user2,
        session.user2_completed_confirmed_by_user1,
    )
    challenges = (session.user1_challenge, session.user2_challenge)
    users = (session.match.user1, session.match.user2)
    participants = [
        schemas.Participant(
            id=user.id,
            name=user.first_name,
            challenge=schemas.Challenge(
                id=challenge.id,
                title=challenge.title,
                description=challenge.description,
                difficulty=challenge.difficulty,
                points=challenge.points,
            ),
            confirmed=done,
        )
        for user, challenge, done in zip(users, challenges, confirmed, strict=True)
    ]
    deltas = [
        delta(session.status, challenge.points, done)
        for challenge, done in zip(challenges, confirmed, strict=True)
    ]
    return schemas.WingmanSession(
        id=session.id,
        match_id=session.match_id,
        venue_name=session.venue_name,
        scheduled_time=session.scheduled_time,
        status=session.status,
        notes=session.notes,
        participants=schemas.Participants(user1=participants[0], user2=participants[1]),
        reputation_preview=schemas.ReputationPreview(user1_delta=deltas[0], user2_delta=deltas[1]),
        absent=session.absent,
        **for_caller(
            "user1" if session.match.user1_id == caller_id else "user2",
            session.status,
            session.scheduled_time,
            session.match.status == "accepted",
            confirmed,
        ),
        completed_at=session.completed_at,
        created_at=session.created_at,
    )
