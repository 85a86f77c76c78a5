"""What the tables refuse, whoever writes: the data of the checks in constraints.py.

A constraint, key, trigger, default or `not null` of the catalog that is not here fails the suite,
and the other way round. Rows are those of rows.py.
"""

# Each by itself: the values of one column, on both sides of the border.
VALUES = r"""
# constraint                              | column                  | takes                                                        | refuses
user_profiles_first_name_plain            | first_name              | 'A' ; repeat('a', 100) ; 'Zoë O''Neil-Łuk' ; 'नादिया' ; E'\u0639\u0644\u06cc\u200c\u0631\u0636\u0627' ; E'ශ්\u200dරී' ; E'\u845b\U000e0100' ; E'Ada \u2764\ufe0f' ; '𠮷野' | '' ; repeat('a', 101) ; ' ' ; ' A' ; 'A ' ; '<b' ; 'b>' ; '&lt;b&gt;' ; 'A&' ; E'A\tB' ; E'A\nB' ; E'A\x7f' ; E'A\u0085B' ; E'\u00a0' ; E'A\u00a0B' ; E'\u3000A' ; E'A\u00ad' ; E'A\u200bB' ; E'\u200dA' ; E'A\u200dB' ; E'A\ufe0f' ; E'ශ්\u200d\u200dරී' ; E'A\u200e' ; E'\u202eA' ; E'A\u2066B' ; E'\u2028' ; E'\ufeffA' ; E'\u2800' ; E'\u3164' ; E'A\U000e0041'
approach_challenges_title_length          | title                   | 'A' ; repeat('a', 200)                                       | '' ; repeat('a', 201)
approach_challenges_description_length    | description             | '' ; repeat('a', 2000)                                       | repeat('a', 2001)
approach_challenges_difficulty_known      | difficulty              | 'beginner' ; 'intermediate' ; 'advanced'                     | '' ; 'unknown'
approach_challenges_points_range          | points                  | 0 ; 1000                                                     | -1 ; 1001
wingman_matches_status_known              | status                  | 'pending' ; 'accepted' ; 'declined'                          | '' ; 'unknown'
wingman_matches_two_users                 | user2_id                | '{other}'                                                    | '{owner}'
wingman_sessions_status_known             | status                  | 'scheduled' ; 'in_progress' ; 'cancelled' ; 'no_show'        | '' ; 'unknown'
wingman_sessions_scheduled_after_creation | scheduled_time          | created_at + interval '1 microsecond'                        | created_at ; created_at - interval '1 microsecond'
wingman_sessions_scheduled_time_finite    | scheduled_time          | now()                                                        | 'infinity'
wingman_sessions_venue_name_not_empty     | venue_name              | 'A' ; repeat('a', 200)                                       | ''
wingman_sessions_notes_length             | notes                   | null ; '' ; repeat('a', 2000)                                | repeat('a', 2001)
study_sessions_title_length               | title                   | 'A' ; repeat('a', 200)                                       | '' ; repeat('a', 201)
study_sessions_description_length         | description             | null ; repeat('a', 2000)                                     | repeat('a', 2001)
study_sessions_status_known               | status                  | 'UPLOADING' ; 'PROCESSING' ; 'PLANNING' ; 'READY' ; 'FAILED' | '' ; 'ready'
study_chunks_chunk_index_range            | chunk_index             | 0 ; 1                                                        | -1
study_messages_role_known                 | role                    | 'user' ; 'assistant' ; 'system'                              | '' ; 'unknown'
job_postings_title_length                 | title                   | 'A' ; repeat('a', 200)                                       | '' ; repeat('a', 201)
job_postings_company_length               | company                 | null ; repeat('a', 200)                                      | repeat('a', 201)
job_postings_description_length           | description             | null ; repeat('a', 20000)                                    | repeat('a', 20001)
interview_sessions_question_range         | current_question_number | 0 ; 1                                                        | -1
interview_sessions_status_known           | status                  | 'active' ; 'completed' ; 'abandoned'                         | '' ; 'unknown'
chat_sessions_title_length                | title                   | 'A' ; repeat('a', 200)                                       | '' ; repeat('a', 201)
chat_sessions_message_count_range         | message_count           | 0                                                            | -1
chat_messages_role_known                  | role                    | 'user' ; 'assistant' ; 'system'                              | '' ; 'unknown'
chat_messages_content_length              | content                 | 'A' ; repeat('a', 32000)                                     | '' ; repeat('a', 32001)
session_api_idempotency_keys_key_hashed               | key                     | repeat('0', 64) ; repeat('f', 64)                            | '' ; repeat('0', 63) ; repeat('0', 65) ; repeat('g', 64) ; repeat('F', 64)
session_api_idempotency_keys_fingerprint_hashed       | fingerprint             | repeat('0', 64) ; repeat('f', 64)                            | '' ; repeat('0', 63) ; repeat('0', 65) ; repeat('g', 64) ; repeat('F', 64)
"""  # noqa: E501

# Tried in every combination of the status, completed_at and the two confirmations.
COMPLETION = (
    "wingman_sessions_completed_iff_completed_at",
    "wingman_sessions_completed_iff_confirmed",
)

# What breaks one is a parent that is not there or, where owners are tied, another user's.
FOREIGN_KEYS = """
# constraint                             | breaks it                                   | parent                           | its deletion
user_profiles_id_fkey                    | id = '{absent}'                             | auth.users {owner}               | cascade
wingman_matches_user1_id_fkey            | user1_id = '{absent}'                       | user_profiles {owner}            | cascade
wingman_matches_user2_id_fkey            | user2_id = '{absent}'                       | user_profiles {participant}      | cascade
wingman_sessions_match_id_fkey           | match_id = '{absent}'                       | wingman_matches {match}          | cascade
wingman_sessions_user1_challenge_id_fkey | user1_challenge_id = '{absent}'             | approach_challenges {challenge1} | restrict
wingman_sessions_user2_challenge_id_fkey | user2_challenge_id = '{absent}'             | approach_challenges {challenge2} | restrict
study_sessions_profile_id_fkey           | profile_id = '{absent}'                     | auth.users {owner}               | cascade
study_documents_session_fkey             | session_id = '{foreign_study}'              | study_sessions {study}           | cascade
study_chunks_document_fkey               | document_id = '{foreign_document}'          | study_documents {document}       | cascade
study_topics_session_fkey                | session_id = '{foreign_study}'              | study_sessions {study}           | cascade
study_chats_session_fkey                 | session_id = '{foreign_study}'              | study_sessions {study}           | cascade
study_messages_chat_fkey                 | chat_id = '{foreign_study_chat}'            | study_chats {study_chat}         | cascade
job_postings_user_id_fkey                | user_id = '{absent}'                        | auth.users {owner}               | cascade
interview_sessions_user_id_fkey          | user_id = '{absent}'                        | auth.users {owner}               | cascade
interview_sessions_job_posting_fkey      | job_posting_id = '{foreign_posting}'        | job_postings {posting}           | set null (job_posting_id)
chat_sessions_user_id_fkey               | user_id = '{absent}'                        | auth.users {owner}               | cascade
chat_messages_session_fkey               | session_id = '{foreign_chat}'               | chat_sessions {chat}             | cascade
session_api_idempotency_keys_user_id_fkey            | user_id = '{absent}'                        | auth.users {owner}               | cascade
"""  # noqa: E501

# An `…_owner_key` cannot be broken while its table has a primary key: it is what the composite
# foreign keys refer to, and they go with it.
OWNER_KEYS = """
study_sessions_owner_key
study_documents_owner_key
study_chats_owner_key
job_postings_owner_key
chat_sessions_owner_key
"""

# What cannot be there twice, besides an id.
UNIQUE = """
# constraint or index                 | breaks it
study_chunks_order_key                | insert into public.study_chunks (profile_id, document_id, chunk_index, content) values ('{owner}', '{document}', 0, 'again')
chat_messages_order_key               | update public.chat_messages set message_order = 1 where id = '{second_message}'
wingman_sessions_one_active_per_match | insert into public.wingman_sessions (match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time) values ('{match}', '{challenge1}', '{challenge2}', 'again', now() + interval '1 hour')
session_api_idempotency_keys_once                 | insert into public.session_api_idempotency_keys (user_id, key, fingerprint, row_id) values ('{owner}', repeat('a', 64), repeat('b', 64), '{chat}')
"""  # noqa: E501

# the columns that may be null; no other may
NULLABLE = """
wingman_sessions   completed_at notes
study_sessions     description draft_plan
study_documents    mime_type
study_chats        title
job_postings       company description
interview_sessions job_posting_id
session_api_idempotency_keys   answer
"""

# what a row has where nothing is said; every id is random
DEFAULTS = """
user_profiles       created_at=now() updated_at=now()
approach_challenges created_at=now()
wingman_matches     created_at=now() status='pending'
wingman_sessions    created_at=now() status='scheduled' user1_completed_confirmed_by_user2=false
wingman_sessions    user2_completed_confirmed_by_user1=false
study_sessions      created_at=now() updated_at=now() status='UPLOADING'
study_documents     created_at=now()
study_chunks        created_at=now()
study_topics        created_at=now() position=0
study_chats         created_at=now()
study_messages      created_at=now()
job_postings        created_at=now() updated_at=now()
interview_sessions  created_at=now() updated_at=now() status='active' current_question_number=0
chat_sessions       created_at=now() last_updated=now() message_count=0
chat_messages       role='user'
session_api_idempotency_keys    created_at=now()
"""

# table or view, and trigger
TRIGGERS = """
user_profiles           set_updated_at
study_sessions          set_updated_at
job_postings            set_updated_at
interview_sessions      set_updated_at
chat_messages           number_chat_message
study_sessions          claim_idempotency_key
interview_sessions      claim_idempotency_key
chat_sessions           claim_idempotency_key
chat_messages           claim_idempotency_key
wingman_sessions        claim_idempotency_key
wingman_session_details refuse_write
"""
