"""The interview endpoints' one declaration: an owned session with its posting."""

from typing import Final

from api.sessions.interview.schemas import InterviewSession
from api.sessions.owned import OwnedSessions

SESSIONS: Final = OwnedSessions(
    "interview",
    owner="user_id",
    answer=InterviewSession,
    embeds={
        "job_posting": "job_posting:job_postings!interview_sessions_job_posting_fkey"
        "(id,title,company)"
    },
    joins={"job_posting": {"job_posting_id": "id", "user_id": "user_id"}},
    # one foreign key over (owner, posting): a missing posting and another user's fail alike
    refusals={"interview_sessions_job_posting_fkey": "JOB_POSTING_NOT_FOUND"},
)
