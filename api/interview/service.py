"""The interview endpoints' one declaration: an owned session with its posting."""

from typing import Final

from api.interview.schemas import InterviewSession
from api.owned import OwnedSessions

SESSIONS: Final = OwnedSessions(
    "interview",
    owner="user_id",
    answer=InterviewSession,
    columns=(
        "id,user_id,job_posting_id,status,current_question_number,created_at,updated_at,"
        "job_posting:job_postings(id,title,company)"
    ),
    # one foreign key over (owner, posting): a missing and a foreign posting fail alike
    refusals={"interview_sessions_job_posting_fkey": "JOB_POSTING_NOT_FOUND"},
)
