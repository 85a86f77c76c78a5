from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_documents",),
    rows="""
insert into public.study_chunks (id, profile_id, document_id, chunk_index, content) values
  ('{chunk}', '{owner}', '{document}', 0, 'Mine');
""",
    insert={
        "profile_id": "'{owner}'",
        "document_id": "'{document}'",
        "chunk_index": "9",
        "content": "'new'",
    },
    values="""
study_chunks_chunk_index_range | chunk_index | 0 ; 1 | -1
""",
    foreign_keys="""
study_chunks_document_fkey | document_id = '{foreign_document}' | study_documents {document} | cascade
""",
    unique="""
study_chunks_order_key | insert into public.study_chunks (profile_id, document_id, chunk_index, content) values ('{owner}', '{document}', 0, 'again')
""",
    definitions="""
column study_chunks.chunk_index: integer not null
column study_chunks.content: text not null
column study_chunks.document_id: uuid not null
constraint study_chunks_chunk_index_range on study_chunks: CHECK ((chunk_index >= 0))
constraint study_chunks_document_fkey on study_chunks: FOREIGN KEY (profile_id, document_id) REFERENCES study_documents(profile_id, id) ON DELETE CASCADE
constraint study_chunks_order_key on study_chunks: UNIQUE (profile_id, document_id, chunk_index)
index study_chunks_order_key on study_chunks: USING btree (profile_id, document_id, chunk_index) unique
""",
)
