-- A million wingman sessions, a million chat messages, and as much around them as they need; all of it scale.millions times. Of a
-- table that is not here rows.py writes the rows.
-- The users are numbered; user 1's rows are what the plans are about.

-- no trigger and no foreign key looks at these rows: they are consistent as they are written
set session_replication_role = replica;

create function pg_temp.id(kind text, number bigint) returns uuid
language sql immutable
as $$ select md5(kind || number)::uuid $$;

create function pg_temp.times(number bigint) returns bigint
language sql stable
as $$ select number * current_setting('scale.millions')::bigint $$;

insert into auth.users (id)
select pg_temp.id('user', n) from generate_series(1, pg_temp.times(20000)) as n;

insert into public.user_profiles (id, first_name)
select pg_temp.id('user', n), 'User ' || n from generate_series(1, pg_temp.times(20000)) as n;

insert into public.approach_challenges (id, title, description, difficulty, points)
select pg_temp.id('challenge', n), 'Challenge ' || n, repeat('Say hello. ', 10), 'beginner', 10
from generate_series(1, 100) as n;

-- each user is user 1 of five matches, and user 2 of five
insert into public.wingman_matches (id, user1_id, user2_id, status)
select pg_temp.id('match', n), pg_temp.id('user', 1 + n % pg_temp.times(20000)),
       pg_temp.id('user', 1 + (n + 1 + n / pg_temp.times(20000)) % pg_temp.times(20000)), 'accepted'
from generate_series(0, pg_temp.times(100000) - 1) as n;

-- ten sessions a match, the last of them active but in the first match
insert into public.wingman_sessions
  (id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, created_at)
select pg_temp.id('wingman', n), pg_temp.id('match', n % pg_temp.times(100000)), pg_temp.id('challenge', 1 + n % 100),
       pg_temp.id('challenge', 1 + n % 99), 'Venue ' || n % 1000, at + interval '1 day',
       case when n <= pg_temp.times(900000) then 'cancelled' else 'scheduled' end, at
from generate_series(0, pg_temp.times(1000000) - 1) as n
cross join lateral (select timestamptz '2026-01-01' + n * interval '10 seconds' as at) as times;

insert into public.job_postings (id, user_id, title)
select pg_temp.id('posting', n), pg_temp.id('user', 1 + n % pg_temp.times(4000)), 'Posting ' || n
from generate_series(0, pg_temp.times(200000) - 1) as n;
insert into public.interview_sessions (id, user_id, job_posting_id, created_at)
select pg_temp.id('interview', n), pg_temp.id('user', 1 + n % pg_temp.times(4000)), pg_temp.id('posting', n),
       timestamptz '2026-01-01' + n * interval '1 minute'
from generate_series(0, pg_temp.times(200000) - 1) as n;

-- one conversation of 950,000 messages, and fifty thousand of one
insert into public.chat_sessions (id, user_id, title, message_count, created_at)
select pg_temp.id('chat', n), pg_temp.id('user', 1 + n % pg_temp.times(4000)), 'Chat ' || n,
       case n when 0 then pg_temp.times(950000) else 1 end, timestamptz '2026-01-01' + n * interval '1 minute'
from generate_series(0, pg_temp.times(50000)) as n;
insert into public.chat_messages (user_id, session_id, message_order, content, "timestamp")
select pg_temp.id('user', 1), pg_temp.id('chat', 0), n, 'Message ' || n,
       timestamptz '2026-01-01' + n * interval '1 second'
from generate_series(1, pg_temp.times(950000)) as n;
insert into public.chat_messages (user_id, session_id, message_order, content, "timestamp")
select pg_temp.id('user', 1 + n % pg_temp.times(4000)), pg_temp.id('chat', n), 1, 'Hello', '2026-01-01'
from generate_series(1, pg_temp.times(50000)) as n;
