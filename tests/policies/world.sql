-- The rows that the checks are about. {names} are ids. Everything is rolled back.

insert into auth.users (id) values
  ('{owner}'), ('{participant}'), ('{invited}'), ('{stranger}'), ('{other}');

insert into public.user_profiles (id, first_name, updated_at) values
  ('{owner}', 'Owner', '2020-01-01'), ('{participant}', 'Participant', '2020-01-01'),
  ('{invited}', 'Invited', '2020-01-01'), ('{stranger}', 'Stranger', '2020-01-01'),
  ('{other}', 'Other', '2020-01-01');

insert into public.approach_challenges (id, title, description, difficulty, points) values
  ('{challenge1}', 'One', 'The first', 'beginner', 10),
  ('{challenge2}', 'Two', 'The second', 'advanced', 20);

-- the owner is user 1 and the participant user 2 throughout, so that a forgotten side is missed
insert into public.wingman_matches (id, user1_id, user2_id, status) values
  ('{match}', '{owner}', '{participant}', 'accepted'),
  ('{free_match}', '{owner}', '{participant}', 'accepted'),
  ('{pending_match}', '{owner}', '{participant}', 'pending'),
  ('{declined_match}', '{owner}', '{participant}', 'declined'),
  ('{invitation}', '{owner}', '{invited}', 'pending'),
  ('{foreign_match}', '{stranger}', '{other}', 'accepted');

insert into public.wingman_sessions
  (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, created_at)
values
  ('{wingman}', '{match}', '{challenge1}', '{challenge2}', 'Here', now() - interval '1 hour', 'scheduled', now() - interval '1 day'),
  ('{pending_wingman}', '{pending_match}', '{challenge1}', '{challenge2}', 'Here', now() + interval '1 hour', 'cancelled', now()),
  ('{declined_wingman}', '{declined_match}', '{challenge1}', '{challenge2}', 'Here', now() + interval '1 hour', 'cancelled', now()),
  ('{foreign_wingman}', '{foreign_match}', '{challenge1}', '{challenge2}', 'There', now() + interval '1 hour', 'cancelled', now());

insert into public.study_sessions (id, profile_id, title, updated_at) values
  ('{study}', '{owner}', 'Mine', '2020-01-01'), ('{foreign_study}', '{stranger}', 'Theirs', '2020-01-01');
insert into public.study_documents (id, profile_id, session_id, file_name) values
  ('{document}', '{owner}', '{study}', 'mine.pdf'), ('{foreign_document}', '{stranger}', '{foreign_study}', 'theirs.pdf');
insert into public.study_chunks (id, profile_id, document_id, chunk_index, content) values
  ('{chunk}', '{owner}', '{document}', 0, 'Mine');
insert into public.study_topics (id, profile_id, session_id, title) values
  ('{topic}', '{owner}', '{study}', 'Mine');
insert into public.study_chats (id, profile_id, session_id, title) values
  ('{study_chat}', '{owner}', '{study}', 'Mine'), ('{foreign_study_chat}', '{stranger}', '{foreign_study}', 'Theirs');
insert into public.study_messages (id, profile_id, chat_id, role, content) values
  ('{study_message}', '{owner}', '{study_chat}', 'user', 'Mine');

insert into public.job_postings (id, user_id, title, updated_at) values
  ('{posting}', '{owner}', 'Mine', '2020-01-01'), ('{foreign_posting}', '{stranger}', 'Theirs', '2020-01-01');
insert into public.interview_sessions (id, user_id, job_posting_id, updated_at) values
  ('{interview}', '{owner}', '{posting}', '2020-01-01');

insert into public.chat_sessions (id, user_id, title) values
  ('{chat}', '{owner}', 'Mine'), ('{second_chat}', '{owner}', 'Mine too'), ('{foreign_chat}', '{stranger}', 'Theirs');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{message}', '{owner}', '{chat}', 'First');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{second_message}', '{owner}', '{chat}', 'Second');
insert into public.chat_messages (id, user_id, session_id, content) values
  ('{other_message}', '{owner}', '{second_chat}', 'Elsewhere');

insert into public.session_api_idempotency_keys (id, user_id, key, fingerprint, row_id) values
  ('{idempotency}', '{owner}', repeat('a', 64), repeat('a', 64), '{study}');
