from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_sessions",),
    rows="""
insert into public.study_documents (id, profile_id, session_id, file_name) values
  ('{document}', '{owner}', '{study}', 'mine.pdf'), ('{foreign_document}', '{stranger}', '{foreign_study}', 'theirs.pdf');
""",
    insert={
        "profile_id": "'{owner}'",
        "session_id": "'{study}'",
        "file_name": "'new'",
    },
    definitions="""
column study_documents.file_name: text not null
column study_documents.mime_type: text
""",
)
