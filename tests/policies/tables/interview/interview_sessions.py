from tests.policies.facts import Facts

FACTS = Facts(
    after=("job_postings",),
    rows="""
insert into public.interview_sessions (id, user_id, job_posting_id, updated_at) values
  ('{interview}', '{owner}', '{posting}', '2020-01-01');
""",
    insert={"user_id": "'{owner}'", "job_posting_id": "null::uuid"},
    update={"status": "'completed'"},
    repoint={"user_id": "'{stranger}'", "job_posting_id": "null"},
    values="""
interview_sessions_question_range | current_question_number | 0 ; 1 | -1
interview_sessions_status_known | status | 'active' ; 'completed' ; 'abandoned' | '' ; 'unknown'
""",
    foreign_keys="""
interview_sessions_user_id_fkey | user_id = '{absent}' | auth.users {owner} | cascade
interview_sessions_job_posting_fkey | job_posting_id = '{foreign_posting}' | job_postings {posting} | set null (job_posting_id)
""",
    definitions="""
column interview_sessions.current_question_number: integer not null default 0
column interview_sessions.job_posting_id: uuid
column interview_sessions.status: text not null default 'active'::text
constraint interview_sessions_job_posting_fkey on interview_sessions: FOREIGN KEY (user_id, job_posting_id) REFERENCES job_postings(user_id, id) ON DELETE SET NULL (job_posting_id)
constraint interview_sessions_question_range on interview_sessions: CHECK ((current_question_number >= 0))
constraint interview_sessions_status_known on interview_sessions: CHECK ((status = ANY (ARRAY['active'::text, 'completed'::text, 'abandoned'::text])))
index interview_sessions_job_posting_idx on interview_sessions: USING btree (user_id, job_posting_id)
""",
)
