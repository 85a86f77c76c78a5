"""Who may do what in the exposed schema: the table to review. Every cell is tried in the database.

Actors: `anon`, a request without a token; signed-in users, who read directly; the API's role acting
for each of them; the service key. Owned rows belong to the owner; wingman rows to the owner (user
1) and the participant (user 2). `nosub` has a token without `sub`.

ALLOW: it succeeds. EMPTY: no row is found or changed. DENY: SQLSTATE 42501.

A line holds for each column that it names. Whatever no line names is DENY for everybody, and is
tried too. The suite fails if the catalog has a table or column that no line on select names, or the
other way round.
"""

MATRIX = """
#        anon   authenticated            session_api              service
#               owner partn stran nosub  owner partn stran nosub  _role  columns
user_profiles
  select DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY  id first_name
  select DENY   ALLOW ALLOW EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  created_at updated_at
  insert DENY   ALLOW DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY  id first_name
  update DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  first_name
user_profiles of the participant
  select DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY  id first_name
user_profiles of one invited by the owner
  select DENY   ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY  DENY  id first_name
user_profiles of one who declined the owner
  select DENY   EMPTY EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY  DENY  id first_name
user_profiles of the stranger
  select DENY   EMPTY EMPTY ALLOW EMPTY  EMPTY EMPTY ALLOW EMPTY  DENY  id first_name
approach_challenges
  select DENY   ALLOW ALLOW ALLOW ALLOW  ALLOW ALLOW ALLOW ALLOW  DENY  id title description difficulty
                                                                        points
  select DENY   ALLOW ALLOW ALLOW ALLOW  DENY  DENY  DENY  DENY   DENY  created_at
wingman_matches
  select DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY  id user1_id user2_id status
  select DENY   ALLOW ALLOW EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  created_at
wingman_sessions
  select DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY  id match_id user1_challenge_id
                                                                        user2_challenge_id venue_name
                                                                        scheduled_time status completed_at
                                                                        user1_completed_confirmed_by_user2
                                                                        user2_completed_confirmed_by_user1
                                                                        notes created_at absent
  insert DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW DENY  DENY   DENY  match_id user1_challenge_id
                                                                        user2_challenge_id venue_name
                                                                        scheduled_time
  update DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW EMPTY EMPTY  DENY  status completed_at
                                                                        user1_completed_confirmed_by_user2
                                                                        user2_completed_confirmed_by_user1
                                                                        notes absent
wingman_sessions of a pending match
  select DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY  id
  insert DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY  match_id user1_challenge_id
                                                                        user2_challenge_id venue_name
                                                                        scheduled_time
wingman_sessions of a declined match
  select DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY  id
  insert DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY  match_id user1_challenge_id
                                                                        user2_challenge_id venue_name
                                                                        scheduled_time
wingman_session_details
  select DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY  id match_id venue_name
                                                                        scheduled_time status notes
                                                                        participants completed_at
                                                                        created_at user1_id user2_id
                                                                        user1_completed_confirmed_by_user2
                                                                        user2_completed_confirmed_by_user1
                                                                        due accepted absent you can_confirm
                                                                        can_cancel can_report_no_show
                                                                        version
study_sessions
  select DENY   ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY  DENY  id profile_id title description
                                                                        status draft_plan created_at
                                                                        updated_at
  insert DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY   DENY  profile_id title description
  update DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY  title description status draft_plan
  delete DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY
study_documents
  select DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  id profile_id session_id file_name
                                                                        mime_type created_at
study_chunks
  select DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  id profile_id document_id
                                                                        chunk_index content created_at
study_topics
  select DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  id profile_id session_id title
                                                                        position created_at
study_chats
  select DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  id profile_id session_id title
                                                                        created_at
study_messages
  select DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  id profile_id chat_id role content
                                                                        created_at
job_postings
  select DENY   ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY  DENY  id user_id title company
  select DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  description created_at updated_at
  insert DENY   ALLOW DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY  user_id title company description
  update DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY  title company description
  delete DENY   ALLOW EMPTY EMPTY EMPTY  DENY  DENY  DENY  DENY   DENY
interview_sessions
  select DENY   ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY  DENY  id user_id job_posting_id status
                                                                        current_question_number created_at
                                                                        updated_at
  insert DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY   DENY  user_id job_posting_id
chat_sessions
  select DENY   ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY  DENY  id user_id title message_count
                                                                        created_at last_updated
  insert DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY   DENY  user_id title
  update DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY  title
  delete DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY
chat_messages
  select DENY   ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY  DENY  id user_id session_id message_order
                                                                        role content timestamp
  insert DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY   DENY  user_id session_id role content
session_api_idempotency_keys
  select DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY  id user_id key fingerprint row_id
                                                                        answer created_at
  insert DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY   DENY  user_id key fingerprint row_id
  update DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY  answer
  delete DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY
"""  # noqa: E501

# The policies by themselves: as above, but with every grant given to everybody and row-level
# security off on every other table, so that no policy leans on a grant or on another table's
# policies. `anon` brings the owner's `sub` here. `repoint` gives whatever rows one may change to
# the stranger (the stranger takes them). A verb without a line has no policy: insert is DENY, the
# rest EMPTY, for everybody.
POLICIES = """
#         anon   authenticated            session_api
#                owner partn stran nosub  owner partn stran nosub policy
user_profiles
  select  EMPTY  ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY select_own_or_joined
  insert  DENY   ALLOW DENY  DENY  DENY   DENY  DENY  DENY  DENY  insert_self
  update  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY update_self
  repoint EMPTY  DENY  DENY  EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY update_self
approach_challenges
  select  EMPTY  ALLOW ALLOW ALLOW ALLOW  ALLOW ALLOW ALLOW ALLOW select_all
wingman_matches
  select  EMPTY  ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY select_joined
wingman_sessions
  select  EMPTY  ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY select_joined
  insert  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW DENY  DENY  insert_joined
  update  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY update_joined
  repoint EMPTY  EMPTY EMPTY EMPTY EMPTY  DENY  DENY  EMPTY EMPTY update_joined
wingman_sessions of a pending match
  insert  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY  insert_joined
wingman_sessions of a declined match
  insert  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY  insert_joined
study_sessions
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY select_own
  insert  DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY  insert_own
  update  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY update_own
  repoint EMPTY  EMPTY EMPTY EMPTY EMPTY  DENY  EMPTY EMPTY EMPTY update_own
  delete  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY delete_own
study_documents
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY select_own
study_chunks
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY select_own
study_topics
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY select_own
study_chats
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY select_own
study_messages
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY select_own
job_postings
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY select_own
  insert  DENY   ALLOW DENY  DENY  DENY   DENY  DENY  DENY  DENY  insert_own
  update  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY update_own
  repoint EMPTY  DENY  EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY update_own
  delete  EMPTY  ALLOW EMPTY EMPTY EMPTY  EMPTY EMPTY EMPTY EMPTY delete_own
interview_sessions
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY select_own
  insert  DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY  insert_own
chat_sessions
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY select_own
  insert  DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY  insert_own
  update  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY update_own
  repoint EMPTY  EMPTY EMPTY EMPTY EMPTY  DENY  EMPTY EMPTY EMPTY update_own
  delete  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY delete_own
chat_messages
  select  EMPTY  ALLOW EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY select_own
  insert  DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY  insert_own
session_api_idempotency_keys
  select  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY select_own
  insert  DENY   DENY  DENY  DENY  DENY   ALLOW DENY  DENY  DENY  insert_own
  update  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY update_own
  repoint EMPTY  EMPTY EMPTY EMPTY EMPTY  DENY  EMPTY EMPTY EMPTY update_own
  delete  EMPTY  EMPTY EMPTY EMPTY EMPTY  ALLOW EMPTY EMPTY EMPTY delete_own
"""

# The restrictive policy on reading, for `authenticated`, on top of those above: no estimates, and
# bounded reads. It is on every table that users read and in which not every row is for everybody.
RESTRICTION = "select_unestimated"

# What a call gives: ALLOW is an answer about the owner's row, EMPTY none.
FUNCTIONS = """
#       anon   authenticated            session_api              service
#              owner partn stran nosub  owner partn stran nosub  _role
session_api.bound_job_postings()  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
session_api.caller_id()  invoker stable
  call  DENY   ALLOW ALLOW ALLOW EMPTY  ALLOW ALLOW ALLOW EMPTY  DENY
session_api.claim_idempotency_key()  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
session_api.erase_answers()  definer volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
session_api.is_bounded_read()  invoker immutable
  call  DENY   ALLOW ALLOW ALLOW ALLOW  DENY  DENY  DENY  DENY   DENY
session_api.is_not_estimated()  invoker immutable
  call  DENY   ALLOW ALLOW ALLOW ALLOW  DENY  DENY  DENY  DENY   DENY
session_api.my_buddy_ids()  invoker stable
  call  DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY
session_api.my_match_ids()  invoker stable
  call  DENY   ALLOW ALLOW EMPTY EMPTY  ALLOW ALLOW EMPTY EMPTY  DENY
session_api.number_chat_message()  definer volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
session_api.publish(regclass)  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
session_api.refuse_write()  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
session_api.set_updated_at()  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
session_api.stay_erased()  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   DENY  DENY  DENY  DENY   DENY
public.cancel_wingman_session(uuid)  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW EMPTY EMPTY  DENY
public.chat_message_page(uuid, integer, boolean, bigint, bigint, bigint)  invoker stable
  call  DENY   DENY  DENY  DENY  DENY   ALLOW EMPTY EMPTY EMPTY  DENY
public.confirm_wingman_session(uuid, uuid)  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW EMPTY EMPTY  DENY
public.report_wingman_no_show(uuid)  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW EMPTY EMPTY  DENY
public.write_wingman_notes(uuid, text, text)  invoker volatile
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW EMPTY EMPTY  DENY
session_api.wingman_session_version(text, boolean, boolean, text, text)  invoker stable
  call  DENY   ALLOW ALLOW ALLOW ALLOW  ALLOW ALLOW ALLOW ALLOW  DENY
public.chat_session_exists(uuid)  definer stable
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW ALLOW ALLOW  DENY
public.interview_session_exists(uuid)  definer stable
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW ALLOW ALLOW  DENY
public.study_session_exists(uuid)  definer stable
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW ALLOW ALLOW  DENY
public.wingman_session_exists(uuid)  definer stable
  call  DENY   DENY  DENY  DENY  DENY   ALLOW ALLOW ALLOW ALLOW  DENY
"""

SCHEMAS = """
#         anon   authenticated  session_api  service_role
session_api
  usage   DENY   ALLOW          ALLOW        DENY
  create  DENY   DENY           DENY         DENY
public
  usage   ALLOW  ALLOW          ALLOW        ALLOW
  create  DENY   DENY           DENY         DENY
"""

# Only `authenticator`, which serves every request, may become another role.
ROLES = """
#              attributes            may become
anon           -                     -
authenticated  -                     -
authenticator  login                 anon authenticated service_role session_api
service_role   bypassrls             -
session_api    statement_timeout=3s  -
"""
