from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_sessions",),
    rows="""
insert into public.study_topics (id, profile_id, session_id, title) values
  ('{topic}', '{owner}', '{study}', 'Mine');
""",
    targets={"study_topics": "{topic}"},
    inserts={
        "study_topics": {"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"}
    },
    update={"title": "'new'"},
    repoint={"profile_id": "'{stranger}'", "session_id": "'{foreign_study}'"},
    foreign_keys="""
study_topics_session_fkey | session_id = '{foreign_study}' | study_sessions {study} | cascade
""",
    defaults={"created_at": "now()", "position": "0"},
)
