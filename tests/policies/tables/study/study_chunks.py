from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_documents",),
    rows="""
insert into public.study_chunks (id, profile_id, document_id, chunk_index, content) values
  ('{chunk}', '{owner}', '{document}', 0, 'Mine');
""",
    targets={"study_chunks": "{chunk}"},
    inserts={
        "study_chunks": {
            "profile_id": "'{owner}'",
            "document_id": "'{document}'",
            "chunk_index": "9",
            "content": "'new'",
        }
    },
    update={"content": "'new'"},
    repoint={"profile_id": "'{stranger}'", "document_id": "'{foreign_document}'"},
    values="""
study_chunks_chunk_index_range | chunk_index | 0 ; 1 | -1
""",
    foreign_keys="""
study_chunks_document_fkey | document_id = '{foreign_document}' | study_documents {document} | cascade
""",
    unique="""
study_chunks_order_key | insert into public.study_chunks (profile_id, document_id, chunk_index, content) values ('{owner}', '{document}', 0, 'again')
""",
    defaults={"created_at": "now()"},
)
