from tests.policies.facts import Facts

FACTS = Facts(
    after=("job_postings",),
    rows="""
insert into public.interview_sessions (id, user_id, job_posting_id, updated_at) values
  ('{interview}', '{owner}', '{posting}', '2020-01-01');
""",
    targets={"interview_sessions": "{interview}"},
    inserts={"interview_sessions": {"user_id": "'{owner}'", "job_posting_id": "null::uuid"}},
    update={"status": "'completed'"},
    repoint={"user_id": "'{stranger}'", "job_posting_id": "null"},
    calls={
        "public.interview_session_exists(uuid)": """
        select where public.interview_session_exists('{interview}')
"""
    },
    values="""
interview_sessions_question_range | current_question_number | 0 ; 1 | -1
interview_sessions_status_known | status | 'active' ; 'completed' ; 'abandoned' | '' ; 'unknown'
""",
    foreign_keys="""
interview_sessions_user_id_fkey | user_id = '{absent}' | auth.users {owner} | cascade
interview_sessions_job_posting_fkey | job_posting_id = '{foreign_posting}' | job_postings {posting} | set null (job_posting_id)
""",
    nullable=("job_posting_id",),
    defaults={
        "created_at": "now()",
        "updated_at": "now()",
        "status": "'active'",
        "current_question_number": "0",
    },
    triggers=("set_updated_at", "claim_idempotency_key"),
)
