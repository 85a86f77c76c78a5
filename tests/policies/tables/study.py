from tests.policies.facts import Facts

FACTS = {
    "study_sessions": Facts(
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
    ),
    "study_chats": Facts(
        rows="""
insert into public.study_chats (id, profile_id, session_id, title) values
  ('{study_chat}', '{owner}', '{study}', 'Mine'), ('{foreign_study_chat}', '{stranger}', '{foreign_study}', 'Theirs');
""",
        insert={"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"},
        definitions="""
column study_chats.title: text
""",
    ),
    "study_documents": Facts(
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
    ),
    "study_chunks": Facts(
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
    ),
    "study_messages": Facts(
        rows="""
insert into public.study_messages (id, profile_id, chat_id, role, content) values
  ('{study_message}', '{owner}', '{study_chat}', 'user', 'Mine');
""",
        insert={
            "profile_id": "'{owner}'",
            "chat_id": "'{study_chat}'",
            "role": "'user'",
            "content": "'new'",
        },
        values="""
study_messages_role_known | role | 'user' ; 'assistant' ; 'system' | '' ; 'unknown'
""",
        foreign_keys="""
study_messages_chat_fkey | chat_id = '{foreign_study_chat}' | study_chats {study_chat} | cascade
""",
        definitions="""
column study_messages.chat_id: uuid not null
column study_messages.content: text not null
column study_messages.role: text not null
constraint study_messages_chat_fkey on study_messages: FOREIGN KEY (profile_id, chat_id) REFERENCES study_chats(profile_id, id) ON DELETE CASCADE
constraint study_messages_role_known on study_messages: CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text, 'system'::text])))
index study_messages_chat_idx on study_messages: USING btree (profile_id, chat_id, created_at)
""",
    ),
    "study_topics": Facts(
        insert={"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"},
        definitions="""
column study_topics.position: integer not null default 0
column study_topics.title: text not null
""",
    ),
}
