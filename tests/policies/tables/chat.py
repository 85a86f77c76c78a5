from tests.policies.facts import Facts

FACTS = {
    "chat_sessions": Facts(
        rows="""
insert into public.chat_sessions (id, user_id, title) values
  ('{chat}', '{owner}', 'Mine'), ('{second_chat}', '{owner}', 'Mine too'), ('{foreign_chat}', '{stranger}', 'Theirs');
""",
        insert={"user_id": "'{owner}'", "title": "'new'"},
        values="""
chat_sessions_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
chat_sessions_message_count_range | message_count | 0 | -1
""",
        definitions="""
column chat_sessions.last_updated: timestamp with time zone not null default now()
column chat_sessions.message_count: bigint not null default 0
column chat_sessions.title: text not null
constraint chat_sessions_message_count_range on chat_sessions: CHECK ((message_count >= 0))
constraint chat_sessions_title_length on chat_sessions: CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
relation chat_sessions: owner postgres persistence p identity d fillfactor=80
""",
    ),
    "chat_messages": Facts(
        rows="""
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{message}', '{owner}', '{chat}', 'First');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{second_message}', '{owner}', '{chat}', 'Second');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{other_message}', '{owner}', '{second_chat}', 'Elsewhere');
""",
        insert={
            "user_id": "'{owner}'",
            "session_id": "'{chat}'",
            "role": "'assistant'",
            "content": "'new'",
        },
        calls={
            "public.chat_message_page(uuid, integer, boolean, bigint, bigint, bigint)": """
        select where public.chat_message_page('{chat}', 10, false) is not null
""",
            "session_api.number_chat_message()": "select session_api.number_chat_message()",
        },
        values="""
chat_messages_role_known | role | 'user' ; 'assistant' ; 'system' | '' ; 'unknown'
chat_messages_content_length | content | 'A' ; repeat('a', 32000) | '' ; repeat('a', 32001)
""",
        unique="""
chat_messages_order_key | update public.chat_messages set message_order = 1 where id = '{second_message}'
""",
        triggers=("number_chat_message",),
        definitions="""
column chat_messages.content: text not null
column chat_messages.message_order: bigint not null
column chat_messages.role: text not null default 'user'::text
column chat_messages.timestamp: timestamp with time zone not null
constraint chat_messages_content_length on chat_messages: CHECK (((char_length(content) >= 1) AND (char_length(content) <= 32000)))
constraint chat_messages_order_key on chat_messages: UNIQUE (user_id, session_id, message_order)
constraint chat_messages_role_known on chat_messages: CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text, 'system'::text])))
index chat_messages_order_key on chat_messages: USING btree (user_id, session_id, message_order) unique
trigger number_chat_message on chat_messages: sha256 caf3f7fbf327d78b
""",
    ),
}
