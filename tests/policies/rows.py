"""For each heading of matrix.py: which row it is about, and what is written in a try."""

from tests.policies.world import named

TARGETS = {
    "user_profiles": "{owner}",
    "user_profiles of the participant": "{participant}",
    "user_profiles of one invited by the owner": "{invited}",
    "user_profiles of the stranger": "{stranger}",
    "approach_challenges": "{challenge1}",
    "wingman_matches": "{match}",
    "wingman_sessions": "{wingman}",
    "wingman_sessions of a pending match": "{pending_wingman}",
    "wingman_sessions of a declined match": "{declined_wingman}",
    "wingman_session_details": "{wingman}",
    "study_sessions": "{study}",
    "study_documents": "{document}",
    "study_chunks": "{chunk}",
    "study_topics": "{topic}",
    "study_chats": "{study_chat}",
    "study_messages": "{study_message}",
    "job_postings": "{posting}",
    "interview_sessions": "{interview}",
    "chat_sessions": "{chat}",
    "chat_messages": "{message}",
    "session_api_idempotency_keys": "{idempotency}",
}

_WINGMAN = {
    "match_id": "'{free_match}'",
    "user1_challenge_id": "'{challenge1}'",
    "user2_challenge_id": "'{challenge2}'",
    "venue_name": "'new'",
    "scheduled_time": "now() + interval '2 hours'",
}

# a row of the owner's that could be
INSERTS = {
    "user_profiles": {"id": "'{owner}'", "first_name": "'new'"},
    "approach_challenges": {
        "title": "'new'",
        "description": "'new'",
        "difficulty": "'beginner'",
        "points": "1",
    },
    "wingman_matches": {"user1_id": "'{owner}'", "user2_id": "'{invited}'", "status": "'accepted'"},
    "wingman_sessions": _WINGMAN,
    "wingman_sessions of a pending match": {**_WINGMAN, "match_id": "'{pending_match}'"},
    "wingman_sessions of a declined match": {**_WINGMAN, "match_id": "'{declined_match}'"},
    "study_sessions": {"profile_id": "'{owner}'", "title": "'new'", "description": "'new'"},
    "study_documents": {
        "profile_id": "'{owner}'",
        "session_id": "'{study}'",
        "file_name": "'new'",
    },
    "study_chunks": {
        "profile_id": "'{owner}'",
        "document_id": "'{document}'",
        "chunk_index": "9",
        "content": "'new'",
    },
    "study_topics": {"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"},
    "study_chats": {"profile_id": "'{owner}'", "session_id": "'{study}'", "title": "'new'"},
    "study_messages": {
        "profile_id": "'{owner}'",
        "chat_id": "'{study_chat}'",
        "role": "'user'",
        "content": "'new'",
    },
    "job_postings": {
        "user_id": "'{owner}'",
        "title": "'new'",
        "company": "'new'",
        "description": "'new'",
    },
    "interview_sessions": {"user_id": "'{owner}'", "job_posting_id": "null::uuid"},
    "chat_sessions": {"user_id": "'{owner}'", "title": "'new'"},
    "chat_messages": {
        "user_id": "'{owner}'",
        "session_id": "'{chat}'",
        "role": "'assistant'",
        "content": "'new'",
    },
    "session_api_idempotency_keys": {
        "user_id": "'{owner}'",
        "key": "repeat('b', 64)",
        "fingerprint": "repeat('b', 64)",
        "row_id": "'{chat}'",
    },
}

# what must be gone before that row can be
ARRANGEMENTS = {"user_profiles": "delete from public.user_profiles where id = '{owner}'"}

# values that no row has
UPDATES = {
    "user_profiles": {"first_name": "'new'"},
    "approach_challenges": {"title": "'new'"},
    "wingman_matches": {"status": "'declined'"},
    "wingman_sessions": {
        "status": "'completed'",
        "completed_at": "now()",
        "user1_completed_confirmed_by_user2": "true",
        "user2_completed_confirmed_by_user1": "true",
        "notes": "'new'",
    },
    "study_sessions": {
        "title": "'new'",
        "description": "'new'",
        "status": "'READY'",
        "draft_plan": """'{"new": 1}'::jsonb""",
    },
    "study_documents": {"file_name": "'new'"},
    "study_chunks": {"content": "'new'"},
    "study_topics": {"title": "'new'"},
    "study_chats": {"title": "'new'"},
    "study_messages": {"content": "'new'"},
    "job_postings": {"title": "'new'", "company": "'new'", "description": "'new'"},
    "interview_sessions": {"status": "'completed'"},
    "chat_sessions": {"title": "'new'"},
    "chat_messages": {"content": "'new'"},
    "session_api_idempotency_keys": {"answer": """'{"new": 1}'::jsonb"""},
}

# what makes a row the stranger's
REPOINTS = {
    "user_profiles": {"id": "'{stranger}'"},
    "approach_challenges": {},  # nobody's
    "wingman_matches": {"user1_id": "'{stranger}'", "user2_id": "'{other}'"},
    "wingman_sessions": {"match_id": "'{foreign_match}'"},
    "study_sessions": {"profile_id": "'{stranger}'"},
    "study_documents": {"profile_id": "'{stranger}'", "session_id": "'{foreign_study}'"},
    "study_chunks": {"profile_id": "'{stranger}'", "document_id": "'{foreign_document}'"},
    "study_topics": {"profile_id": "'{stranger}'", "session_id": "'{foreign_study}'"},
    "study_chats": {"profile_id": "'{stranger}'", "session_id": "'{foreign_study}'"},
    "study_messages": {"profile_id": "'{stranger}'", "chat_id": "'{foreign_study_chat}'"},
    "job_postings": {"user_id": "'{stranger}'"},
    "interview_sessions": {"user_id": "'{stranger}'", "job_posting_id": "null"},
    "chat_sessions": {"user_id": "'{stranger}'"},
    "chat_messages": {"user_id": "'{stranger}'", "session_id": "'{foreign_chat}'"},
    "session_api_idempotency_keys": {"user_id": "'{stranger}'"},
}

# a call of each function whose answer, if any, is about the owner's row
CALLS = {
    "session_api.caller_id()": "select from session_api.caller_id() as id where id is not null",
    "session_api.claim_idempotency_key()": "select session_api.claim_idempotency_key()",
    "session_api.is_not_estimated()": "select where session_api.is_not_estimated()",
    "session_api.my_buddy_ids()": """
        select from session_api.my_buddy_ids() as id where id in ('{owner}', '{participant}')""",
    "session_api.my_match_ids()": """
        select from session_api.my_match_ids() as id where id = '{match}'""",
    "session_api.number_chat_message()": "select session_api.number_chat_message()",
    "session_api.refuse_write()": "select session_api.refuse_write()",
    "session_api.set_updated_at()": "select session_api.set_updated_at()",
    "public.chat_message_page(uuid, bigint, integer, boolean)": """
        select where public.chat_message_page('{chat}', 0, 10, false) is not null""",
    "public.confirm_wingman_session(uuid, uuid)": """
        select from public.confirm_wingman_session('{wingman}')""",
    "public.chat_session_exists(uuid)": "select where public.chat_session_exists('{chat}')",
    "public.interview_session_exists(uuid)": """
        select where public.interview_session_exists('{interview}')""",
    "public.study_session_exists(uuid)": "select where public.study_session_exists('{study}')",
    "public.wingman_session_exists(uuid)": """
        select where public.wingman_session_exists('{wingman}')""",
    "session_api.publish(regclass)": "select session_api.publish('public.study_chunks')",
}


def assignments(values: dict[str, str]) -> str:
    return named(", ".join(f'"{column}" = {value}' for column, value in values.items()))


def matches(values: dict[str, str]) -> str:
    """Tell by a condition whether a row has these values."""
    return named(
        " and ".join(f'"{column}" is not distinct from {value}' for column, value in values.items())
    )
