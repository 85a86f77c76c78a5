from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_sessions",),
    rows="""
insert into public.study_topics (id, profile_id, session_id, title) values
  ('{topic}', '{owner}', '{study}', 'Mine');
""",
    insert={"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"},
    definitions="""
column study_topics.position: integer not null default 0
column study_topics.title: text not null
""",
)
