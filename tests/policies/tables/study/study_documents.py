from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_sessions",),
    rows="""
insert into public.study_documents (id, profile_id, session_id, file_name) values
  ('{document}', '{owner}', '{study}', 'mine.pdf'), ('{foreign_document}', '{stranger}', '{foreign_study}', 'theirs.pdf');
""",
    targets={"study_documents": "{document}"},
    inserts={
        "study_documents": {
            "profile_id": "'{owner}'",
            "session_id": "'{study}'",
            "file_name": "'new'",
        }
    },
    update={"file_name": "'new'"},
    repoint={"profile_id": "'{stranger}'", "session_id": "'{foreign_study}'"},
    foreign_keys="""
study_documents_session_fkey | session_id = '{foreign_study}' | study_sessions {study} | cascade
""",
    other_constraints=("study_documents_owner_key",),
    nullable=("mime_type",),
    defaults={"created_at": "now()"},
)
