from tests.policies.facts import Facts

FACTS = Facts(
    rows="""
insert into public.study_sessions (id, profile_id, title, updated_at) values
  ('{study}', '{owner}', 'Mine', '2020-01-01'), ('{foreign_study}', '{stranger}', 'Theirs', '2020-01-01');
""",
    targets={"study_sessions": "{study}"},
    inserts={
        "study_sessions": {"profile_id": "'{owner}'", "title": "'new'", "description": "'new'"}
    },
    update={
        "title": "'new'",
        "description": "'new'",
        "status": "'READY'",
        "draft_plan": "'{\"new\": 1}'::jsonb",
    },
    repoint={"profile_id": "'{stranger}'"},
    calls={
        "public.study_session_exists(uuid)": "select where public.study_session_exists('{study}')"
    },
    values="""
study_sessions_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
study_sessions_description_length | description | null ; repeat('a', 2000) | repeat('a', 2001)
study_sessions_status_known | status | 'UPLOADING' ; 'PROCESSING' ; 'PLANNING' ; 'READY' ; 'FAILED' | '' ; 'ready'
""",
    foreign_keys="""
study_sessions_profile_id_fkey | profile_id = '{absent}' | auth.users {owner} | cascade
""",
    other_constraints=("study_sessions_owner_key",),
    nullable=("description", "draft_plan"),
    defaults={"created_at": "now()", "updated_at": "now()", "status": "'UPLOADING'"},
    triggers=("set_updated_at", "claim_idempotency_key"),
)
