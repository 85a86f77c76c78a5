-- Demo data, so that every endpoint can be tried. Fixed ids; loaded once, by local stacks only.

-- each password is "password"; the empty strings are there because Supabase's sign-in does not accept null in those columns
insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
  email_change_token_new, email_change, email_change_token_current, phone_change, phone_change_token, reauthentication_token,
  raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select
  '00000000-0000-0000-0000-000000000000', id::uuid, 'authenticated', 'authenticated', email,
  '$2a$10$icCmlmyhE.5/FtYNzriuQeDs9Mzl8YtXRhyZuGR.h0FYOoeaARPz6', now(), '', '', '', '', '', '', '', '',
  '{"provider": "email", "providers": ["email"]}', jsonb_build_object('sub', id, 'email', email, 'email_verified', true), now(), now()
from (values
  ('00000000-0000-4000-8000-00000000000a', 'alice@example.com'),
  ('00000000-0000-4000-8000-00000000000b', 'bob@example.com'),
  ('00000000-0000-4000-8000-00000000000c', 'carol@example.com'),
  ('00000000-0000-4000-8000-00000000000d', 'dave@example.com')
) as demo (id, email);
insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
select id::text, id, raw_user_meta_data, 'email', now(), now(), now()
from auth.users where email in ('alice@example.com', 'bob@example.com', 'carol@example.com', 'dave@example.com');

insert into public.user_profiles (id, first_name) values
  ('00000000-0000-4000-8000-00000000000a', 'Alice'),
  ('00000000-0000-4000-8000-00000000000b', 'Bob'),
  ('00000000-0000-4000-8000-00000000000c', 'Carol'),
  ('00000000-0000-4000-8000-00000000000d', 'Dave');

insert into public.approach_challenges (id, title, description, difficulty, points) values
  ('c0000000-0000-4000-8000-000000000001', 'Ask for directions', 'Ask three strangers the way to the station.', 'beginner', 10),
  ('c0000000-0000-4000-8000-000000000002', 'Give a compliment', 'Tell somebody what you like about their style.', 'intermediate', 20),
  ('c0000000-0000-4000-8000-000000000003', 'Tell a story', 'Tell a table of strangers a story and make them laugh.', 'advanced', 50);

-- Alice may schedule sessions with Bob and with Dave, and not yet with Carol
insert into public.wingman_matches (id, user1_id, user2_id, status) values
  ('d0000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 'accepted'),
  ('d0000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000c', 'pending'),
  ('d0000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-00000000000d', 'accepted'),
  ('d0000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000d', 'accepted');

-- the first is due, so that both can confirm it now
insert into public.wingman_sessions
  (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
   user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, created_at) values
  ('e0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001',
   'c0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002',
   'Café Central', now() - interval '1 hour', 'scheduled', null, false, false, 'Meet at the door.', now() - interval '1 day'),
  ('e0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001',
   'c0000000-0000-4000-8000-000000000003', 'c0000000-0000-4000-8000-000000000001',
   'City Library', now() - interval '8 days', 'completed', now() - interval '7 days', true, true, null, now() - interval '9 days'),
  ('e0000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000003',
   'c0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000003',
   'Harbour Bar', now() + interval '7 days', 'scheduled', null, false, false, null, now());

insert into public.study_sessions (id, profile_id, title, description, status, draft_plan) values
  ('a0000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'Linear algebra',
   'Chapters 1 to 3', 'PLANNING', '{"weeks": [{"topic": "Vectors", "hours": 4}, {"topic": "Matrices", "hours": 6}]}'),
  ('a0000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000b', 'Spanish', null, 'UPLOADING', null);
insert into public.study_documents (id, profile_id, session_id, file_name, mime_type) values
  ('a1000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'a0000000-0000-4000-8000-000000000001', 'algebra.pdf', 'application/pdf');
insert into public.study_chunks (profile_id, document_id, chunk_index, content) values
  ('00000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 0, 'A vector space is a set with two operations.'),
  ('00000000-0000-4000-8000-00000000000a', 'a1000000-0000-4000-8000-000000000001', 1, 'A basis is a linearly independent set that spans it.');
insert into public.study_topics (profile_id, session_id, title, position) values
  ('00000000-0000-4000-8000-00000000000a', 'a0000000-0000-4000-8000-000000000001', 'Vectors', 0),
  ('00000000-0000-4000-8000-00000000000a', 'a0000000-0000-4000-8000-000000000001', 'Matrices', 1);
insert into public.study_chats (id, profile_id, session_id, title) values
  ('a2000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'a0000000-0000-4000-8000-000000000001', 'Questions');
insert into public.study_messages (profile_id, chat_id, role, content) values
  ('00000000-0000-4000-8000-00000000000a', 'a2000000-0000-4000-8000-000000000001', 'user', 'What is a basis?');

insert into public.job_postings (id, user_id, title, company) values
  ('b0000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'Backend engineer', 'Initech'),
  ('b0000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000b', 'Data analyst', 'Globex');
insert into public.interview_sessions (id, user_id, job_posting_id) values
  ('b1000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'b0000000-0000-4000-8000-000000000001');

insert into public.chat_sessions (id, user_id, title) values
  ('f0000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'Weekend plans');
insert into public.chat_messages (user_id, session_id, role, content) values
  ('00000000-0000-4000-8000-00000000000a', 'f0000000-0000-4000-8000-000000000001', 'user', 'Where shall we go on Saturday?'),
  ('00000000-0000-4000-8000-00000000000a', 'f0000000-0000-4000-8000-000000000001', 'assistant', 'How about the lake? It will be sunny.'),
  ('00000000-0000-4000-8000-00000000000a', 'f0000000-0000-4000-8000-000000000001', 'user', 'The lake it is.');
