-- One row of the owner's in every table. Whatever the owner keeps to themselves says {own}, what the match shares {shared}.

update auth.users set email = '{own}@example.com' where id = '{owner}';
update public.user_profiles set first_name = '{shared}' where id = '{owner}';
insert into public.wingman_matches (id, user1_id, user2_id, status) values ('{match}', '{owner}', '{participant}', 'accepted');
insert into public.wingman_sessions
  (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, notes, created_at)
values
  ('{wingman}', '{match}', '{challenge1}', '{challenge2}', '{shared}', now() - interval '1 hour', '{shared}', now() - interval '1 day');

insert into public.study_sessions (id, profile_id, title, description, draft_plan) values
  ('{study}', '{owner}', '{own}', '{own}', '{"topic": "{own}", "hours": 7}');
insert into public.study_documents (id, profile_id, session_id, file_name, mime_type) values
  ('{document}', '{owner}', '{study}', '{own}', '{own}');
insert into public.study_chunks (id, profile_id, document_id, chunk_index, content) values ('{chunk}', '{owner}', '{document}', 0, '{own}');
insert into public.study_topics (id, profile_id, session_id, title) values ('{topic}', '{owner}', '{study}', '{own}');
insert into public.study_chats (id, profile_id, session_id, title) values ('{study_chat}', '{owner}', '{study}', '{own}');
insert into public.study_messages (id, profile_id, chat_id, role, content) values
  ('{study_message}', '{owner}', '{study_chat}', 'user', '{own}');

insert into public.job_postings (id, user_id, title, company, description) values
  ('{posting}', '{owner}', '{own}', '{own}', '{own}'), ('{strangers_posting}', '{stranger}', 'Mine', null, null);
insert into public.interview_sessions (id, user_id, job_posting_id) values ('{interview}', '{owner}', '{posting}');

insert into public.chat_sessions (id, user_id, title) values ('{chat}', '{owner}', '{own}');
insert into public.chat_messages (id, user_id, session_id, content) values ('{chat_message}', '{owner}', '{chat}', '{own}');

insert into public.session_api_idempotency_keys (id, user_id, key, fingerprint, row_id, answer) values
  ('{idempotency_key}', '{owner}', repeat('a', 64), repeat('a', 64), '{chat}', '{"body": "{own}"}');
