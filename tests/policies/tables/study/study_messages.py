from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_chats",),
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
)
