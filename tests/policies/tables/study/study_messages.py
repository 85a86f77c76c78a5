from tests.policies.facts import Facts

FACTS = Facts(
    after=("study_chats",),
    rows="""
insert into public.study_messages (id, profile_id, chat_id, role, content) values
  ('{study_message}', '{owner}', '{study_chat}', 'user', 'Mine');
""",
    targets={"study_messages": "{study_message}"},
    inserts={
        "study_messages": {
            "profile_id": "'{owner}'",
            "chat_id": "'{study_chat}'",
            "role": "'user'",
            "content": "'new'",
        }
    },
    update={"content": "'new'"},
    repoint={"profile_id": "'{stranger}'", "chat_id": "'{foreign_study_chat}'"},
    values="""
study_messages_role_known | role | 'user' ; 'assistant' ; 'system' | '' ; 'unknown'
""",
    foreign_keys="""
study_messages_chat_fkey | chat_id = '{foreign_study_chat}' | study_chats {study_chat} | cascade
""",
    defaults={"created_at": "now()"},
)
