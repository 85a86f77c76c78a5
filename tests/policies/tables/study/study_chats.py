from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_sessions",),
    rows="""
insert into public.study_chats (id, profile_id, session_id, title) values
  ('{study_chat}', '{owner}', '{study}', 'Mine'), ('{foreign_study_chat}', '{stranger}', '{foreign_study}', 'Theirs');
""",
    insert={"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"},
    definitions="""
column study_chats.title: text
""",
)
