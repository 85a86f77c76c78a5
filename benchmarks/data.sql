-- The benchmark's rows, as many as `benchmark.users` says: for each 100,000 users 200,000 matches, 1,000,000 wingman
-- sessions, 5,000,000 chat messages (1,000,000 of them in one chat) and 200,000 study sessions.
-- Deterministic: ids are md5 sums of what a row is ('user 17'), so that data.py knows them without asking, and they are
-- spread over the indexes as random ones are. Times are fixed ones in the past.

-- neither triggers (each message would update its session) nor foreign keys: what is made here is whole by construction
set local session_replication_role = replica;

create temporary table size on commit drop as
select users, 2 * users as matches, 10 * users as wingman_sessions, users / 5 as chats, 200 as messages,
       10 * users as long_chat, timestamptz '2025-01-01 00:00:00+00' as start, interval '260 days' / (10 * users) as step
from (select current_setting('benchmark.users')::integer as users) as given;

insert into auth.users (id, email)
select md5('user ' || number)::uuid, 'user' || number || '@example.com'
from size, generate_series(0, users - 1) as number;

insert into public.user_profiles (id, first_name)
select md5('user ' || number)::uuid, 'User ' || number
from size, generate_series(0, users - 1) as number;

insert into public.approach_challenges (id, title, description, difficulty, points)
select md5('challenge ' || number)::uuid, 'Challenge ' || number,
       'Ask ' || number || ' strangers what they would order, and tell your buddy about the best answer.',
       (array['beginner', 'intermediate', 'advanced'])[1 + number % 3], 5 + number
from generate_series(0, 49) as number;

-- each user is in four: with the next and the 37th one, and as theirs
insert into public.wingman_matches (id, user1_id, user2_id, status, created_at)
select md5('match ' || number)::uuid, md5('user ' || number % users)::uuid,
       md5('user ' || (number + case when number < users then 1 else 37 end) % users)::uuid, 'accepted', start
from size, generate_series(0, matches - 1) as number;

-- five for each match, the last of them still open and due; each match's are far apart in the table, as they are in time
insert into public.wingman_sessions
  (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
   user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, created_at)
select md5('wingman session ' || number)::uuid, md5('match ' || number % matches)::uuid,
       md5('challenge ' || number % 50)::uuid, md5('challenge ' || (number + 7) % 50)::uuid,
       'Café ' || number % 1000, start + number * step + interval '1 day', status,
       case when status = 'completed' then start + number * step + interval '2 days' end,
       status = 'completed', status = 'completed',
       case when number % 2 = 0 then 'Meet at the door, then find a table near the window. Bring a friend.' end,
       start + number * step
from size, generate_series(0, wingman_sessions - 1) as number,
     lateral (select (array['completed', 'cancelled', 'completed', 'no_show', 'scheduled'])[1 + number / matches] as status);

insert into public.study_sessions (id, profile_id, title, description, status, draft_plan, created_at, updated_at)
select md5('study session ' || number)::uuid, md5('user ' || number % users)::uuid, 'Linear algebra ' || number,
       'Chapters 1 to 3, with exercises', 'PLANNING', '{"weeks": [{"topic": "Vectors", "hours": 4}]}',
       start + number * step, start + number * step
from size, generate_series(0, 2 * users - 1) as number;

-- chat 0 is the long one and belongs to user 0; chat n to user 5n - 1
insert into public.chat_sessions (id, user_id, title, message_count, created_at, last_updated)
select md5('chat ' || number)::uuid, md5('user ' || greatest(5 * number - 1, 0))::uuid, 'Chat ' || number,
       case number when 0 then long_chat else messages end, start, start + interval '260 days'
from size, generate_series(0, chats) as number;

-- message by message over all chats, as they come in life: one chat's are far apart in the table
insert into public.chat_messages (id, user_id, session_id, message_order, role, content, "timestamp")
select md5('message ' || message || ' of chat ' || chat)::uuid, md5('user ' || 5 * chat - 1)::uuid,
       md5('chat ' || chat)::uuid, message, (array['user', 'assistant'])[1 + message % 2],
       'Message ' || message || ': how about the lake on Saturday? It will be sunny, and nobody is there before noon.',
       start + message * interval '1 hour'
from size, generate_series(1, messages) as message, generate_series(1, chats) as chat;

insert into public.chat_messages (id, user_id, session_id, message_order, role, content, "timestamp")
select md5('message ' || message || ' of chat 0')::uuid, md5('user 0')::uuid, md5('chat 0')::uuid, message,
       (array['user', 'assistant'])[1 + message % 2],
       'Message ' || message || ': how about the lake on Saturday? It will be sunny, and nobody is there before noon.',
       start + message * interval '1 second'
from size, generate_series(1, long_chat) as message;
