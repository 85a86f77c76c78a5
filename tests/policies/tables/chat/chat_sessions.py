from tests.policies.facts import Facts

FACTS = Facts(
    rows="""
insert into public.chat_sessions (id, user_id, title) values
  ('{chat}', '{owner}', 'Mine'), ('{second_chat}', '{owner}', 'Mine too'), ('{foreign_chat}', '{stranger}', 'Theirs');
""",
    targets={"chat_sessions": "{chat}"},
    inserts={"chat_sessions": {"user_id": "'{owner}'", "title": "'new'"}},
    update={"title": "'new'"},
    repoint={"user_id": "'{stranger}'"},
    calls={"public.chat_session_exists(uuid)": "select where public.chat_session_exists('{chat}')"},
    values="""
chat_sessions_title_length | title | 'A' ; repeat('a', 200) | '' ; repeat('a', 201)
chat_sessions_message_count_range | message_count | 0 | -1
""",
    foreign_keys="""
chat_sessions_user_id_fkey | user_id = '{absent}' | auth.users {owner} | cascade
""",
    other_constraints=("chat_sessions_owner_key",),
    defaults={"created_at": "now()", "last_updated": "now()", "message_count": "0"},
    triggers=("claim_idempotency_key",),
)
