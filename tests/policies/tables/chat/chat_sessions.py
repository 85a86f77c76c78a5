from tests.policies.facts import Facts

FACTS = Facts(
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
)
