from tests.policies.facts import Facts

FACTS = Facts(
    after=("chat_sessions",),
    rows="""
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{message}', '{owner}', '{chat}', 'First');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{second_message}', '{owner}', '{chat}', 'Second');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{other_message}', '{owner}', '{second_chat}', 'Elsewhere');
""",
    targets={"chat_messages": "{message}"},
    inserts={
        "chat_messages": {
            "user_id": "'{owner}'",
            "session_id": "'{chat}'",
            "role": "'assistant'",
            "content": "'new'",
        }
    },
    update={"content": "'new'"},
    repoint={"user_id": "'{stranger}'", "session_id": "'{foreign_chat}'"},
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
    foreign_keys="""
chat_messages_session_fkey | session_id = '{foreign_chat}' | chat_sessions {chat} | cascade
""",
    unique="""
chat_messages_order_key | update public.chat_messages set message_order = 1 where id = '{second_message}'
""",
    defaults={"role": "'user'"},
    triggers=("number_chat_message", "claim_idempotency_key"),
)
