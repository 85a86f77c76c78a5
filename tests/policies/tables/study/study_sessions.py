from tests.policies.facts import Facts

FACTS = Facts(
    rows="""
insert into public.study_sessions (id, profile_id, title, updated_at) values
  ('{study}', '{owner}', 'Mine', '2020-01-01'), ('{foreign_study}', '{stranger}', 'Theirs', '2020-01-01');
""",
    insert={"profile_id": "'{owner}'", "title": "'new'", "description": "'new'"},
    update={
        "title": "'new'",
        "description": "'new'",
        "status": "'READY'",
        "draft_plan": "'{\"new\": 1}'::jsonb",
    },
    values="""
study_sessions_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
study_sessions_description_length | description | null ; repeat('a', 2000) | repeat('a', 2001)
study_sessions_status_known | status | 'UPLOADING' ; 'PROCESSING' ; 'PLANNING' ; 'READY' ; 'FAILED' | '' ; 'ready'
""",
    definitions="""
column study_sessions.description: text
column study_sessions.draft_plan: jsonb
column study_sessions.status: text not null default 'UPLOADING'::text
column study_sessions.title: text not null
constraint study_sessions_description_length on study_sessions: CHECK ((char_length(description) <= 2000))
constraint study_sessions_status_known on study_sessions: CHECK ((status = ANY (ARRAY['UPLOADING'::text, 'PROCESSING'::text, 'PLANNING'::text, 'READY'::text, 'FAILED'::text])))
constraint study_sessions_title_length on study_sessions: CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
""",
)
