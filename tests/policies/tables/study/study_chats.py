from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_sessions",),
    rows="""
insert into public.study_chats (id, profile_id, session_id, title) values
  ('{study_chat}', '{owner}', '{study}', 'Mine'), ('{foreign_study_chat}', '{stranger}', '{foreign_study}', 'Theirs');
""",
    targets={"study_chats": "{study_chat}"},
    inserts={
        "study_chats": {"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"}
    },
    update={"title": "'new'"},
    repoint={"profile_id": "'{stranger}'", "session_id": "'{foreign_study}'"},
    foreign_keys="""
study_chats_session_fkey | session_id = '{foreign_study}' | study_sessions {study} | cascade
""",
    other_constraints=("study_chats_owner_key",),
    nullable=("title",),
    defaults={"created_at": "now()"},
)
