-- Wingman: profiles, challenges, matches and their sessions.
-- Once this has run anywhere, do not edit it: write a new migration.

-- No e-mail address here: a match partner may read this row.
create table public.user_profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  first_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Written straight from the browser and shown to others, so characters that could deceive them are refused. They are
  -- listed by code point, because what a class like [:space:] matches depends on the locale.
  constraint user_profiles_first_name_plain check (
    char_length(first_name) between 1 and 100
    and first_name = btrim(first_name)
    -- the characters of markup: no name needs `&`, and without it there is no character reference to decode
    and first_name !~ '[<>&]'
    -- a spreadsheet would take it for a formula
    and first_name !~ '^[=+@-]'
    -- controls, spaces other than U+0020, invisible characters and those that change the direction of text: the categories
    -- Cc, Cf and Z, all other Default_Ignorable_Code_Point of Unicode, the null notehead, and noncharacters
    and first_name !~ (
      '[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4'
      '\u17b5\u180b-\u180f\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff0-\ufffb'
      '\ufdd0-\ufdef\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159'
      '\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]'
    )
    -- Joiners and variation selectors are invisible too, but Persian, Indic and Japanese names and emoji are spelt with
    -- them: one is allowed after a letter from Arabic to Sinhala, an ideograph or a pictograph
    and first_name !~ (
      '(^|[^\u0600-\u0dff\u2600-\u27bf\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0003ffff])'
      '[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]'
    )
    -- Something visible, not combining marks alone (the categories Mn and Me, which test_names.py compares with Unicode's)
    and first_name ~ (
      '[^ '
      '\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0610-\u061a\u064b-\u065f'
      '\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3'
      '\u07fd\u0816-\u0819\u081b-\u0823\u0825-\u0827\u0829-\u082d\u0859-\u085b\u0898-\u089f\u08ca-\u0902\u093a'
      '\u093c\u0941-\u0948\u094d\u0951-\u0957\u0962-\u0963\u0981\u09bc\u09c1-\u09c4\u09cd\u09e2-\u09e3\u09fe-\u0a02'
      '\u0a3c\u0a41-\u0a51\u0a70-\u0a71\u0a75\u0a81-\u0a82\u0abc\u0ac1-\u0ac8\u0acd\u0ae2-\u0ae3\u0afa-\u0b01\u0b3c'
      '\u0b3f\u0b41-\u0b44\u0b4d-\u0b56\u0b62-\u0b63\u0b82\u0bc0\u0bcd\u0c00\u0c04\u0c3c\u0c3e-\u0c40\u0c46-\u0c56'
      '\u0c62-\u0c63\u0c81\u0cbc\u0cbf\u0cc6\u0ccc-\u0ccd\u0ce2-\u0ce3\u0d00-\u0d01\u0d3b-\u0d3c\u0d41-\u0d44\u0d4d'
      '\u0d62-\u0d63\u0d81\u0dca\u0dd2-\u0dd6\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd'
      '\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f7e\u0f80-\u0f84\u0f86-\u0f87\u0f8d-\u0fbc\u0fc6\u102d-\u1030'
      '\u1032-\u1037\u1039-\u103a\u103d-\u103e\u1058-\u1059\u105e-\u1060\u1071-\u1074\u1082\u1085-\u1086\u108d'
      '\u109d\u135d-\u135f\u1712-\u1714\u1732-\u1733\u1752-\u1753\u1772-\u1773\u17b4-\u17b5\u17b7-\u17bd\u17c6'
      '\u17c9-\u17d3\u17dd\u180b-\u180f\u1885-\u1886\u18a9\u1920-\u1922\u1927-\u1928\u1932\u1939-\u193b'
      '\u1a17-\u1a18\u1a1b\u1a56\u1a58-\u1a60\u1a62\u1a65-\u1a6c\u1a73-\u1a7f\u1ab0-\u1b03\u1b34\u1b36-\u1b3a\u1b3c'
      '\u1b42\u1b6b-\u1b73\u1b80-\u1b81\u1ba2-\u1ba5\u1ba8-\u1ba9\u1bab-\u1bad\u1be6\u1be8-\u1be9\u1bed'
      '\u1bef-\u1bf1\u1c2c-\u1c33\u1c36-\u1c37\u1cd0-\u1cd2\u1cd4-\u1ce0\u1ce2-\u1ce8\u1ced\u1cf4\u1cf8-\u1cf9'
      '\u1dc0-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302d\u3099-\u309a\ua66f-\ua672'
      '\ua674-\ua67d\ua69e-\ua69f\ua6f0-\ua6f1\ua802\ua806\ua80b\ua825-\ua826\ua82c\ua8c4-\ua8c5\ua8e0-\ua8f1\ua8ff'
      '\ua926-\ua92d\ua947-\ua951\ua980-\ua982\ua9b3\ua9b6-\ua9b9\ua9bc-\ua9bd\ua9e5\uaa29-\uaa2e\uaa31-\uaa32'
      '\uaa35-\uaa36\uaa43\uaa4c\uaa7c\uaab0\uaab2-\uaab4\uaab7-\uaab8\uaabe-\uaabf\uaac1\uaaec-\uaaed\uaaf6\uabe5'
      '\uabe8\uabed\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f\U000101fd\U000102e0\U00010376-\U0001037a\U00010a01-\U00010a0f'
      '\U00010a38-\U00010a3f\U00010ae5-\U00010ae6\U00010d24-\U00010d27\U00010eab-\U00010eac\U00010f46-\U00010f50'
      '\U00010f82-\U00010f85\U00011001\U00011038-\U00011046\U00011070\U00011073-\U00011074\U0001107f-\U00011081'
      '\U000110b3-\U000110b6\U000110b9-\U000110ba\U000110c2\U00011100-\U00011102\U00011127-\U0001112b'
      '\U0001112d-\U00011134\U00011173\U00011180-\U00011181\U000111b6-\U000111be\U000111c9-\U000111cc\U000111cf'
      '\U0001122f-\U00011231\U00011234\U00011236-\U00011237\U0001123e\U000112df\U000112e3-\U000112ea'
      '\U00011300-\U00011301\U0001133b-\U0001133c\U00011340\U00011366-\U00011374\U00011438-\U0001143f'
      '\U00011442-\U00011444\U00011446\U0001145e\U000114b3-\U000114b8\U000114ba\U000114bf-\U000114c0'
      '\U000114c2-\U000114c3\U000115b2-\U000115b5\U000115bc-\U000115bd\U000115bf-\U000115c0\U000115dc-\U000115dd'
      '\U00011633-\U0001163a\U0001163d\U0001163f-\U00011640\U000116ab\U000116ad\U000116b0-\U000116b5\U000116b7'
      '\U0001171d-\U0001171f\U00011722-\U00011725\U00011727-\U0001172b\U0001182f-\U00011837\U00011839-\U0001183a'
      '\U0001193b-\U0001193c\U0001193e\U00011943\U000119d4-\U000119db\U000119e0\U00011a01-\U00011a0a'
      '\U00011a33-\U00011a38\U00011a3b-\U00011a3e\U00011a47\U00011a51-\U00011a56\U00011a59-\U00011a5b'
      '\U00011a8a-\U00011a96\U00011a98-\U00011a99\U00011c30-\U00011c3d\U00011c3f\U00011c92-\U00011ca7'
      '\U00011caa-\U00011cb0\U00011cb2-\U00011cb3\U00011cb5-\U00011cb6\U00011d31-\U00011d45\U00011d47'
      '\U00011d90-\U00011d91\U00011d95\U00011d97\U00011ef3-\U00011ef4\U00016af0-\U00016af4\U00016b30-\U00016b36'
      '\U00016f4f\U00016f8f-\U00016f92\U00016fe4\U0001bc9d-\U0001bc9e\U0001cf00-\U0001cf46\U0001d167-\U0001d169'
      '\U0001d17b-\U0001d182\U0001d185-\U0001d18b\U0001d1aa-\U0001d1ad\U0001d242-\U0001d244\U0001da00-\U0001da36'
      '\U0001da3b-\U0001da6c\U0001da75\U0001da84\U0001da9b-\U0001daaf\U0001e000-\U0001e02a\U0001e130-\U0001e136'
      '\U0001e2ae\U0001e2ec-\U0001e2ef\U0001e8d0-\U0001e8d6\U0001e944-\U0001e94a\ufe00-\ufe0f\u200c\u200d'
      '\U000e0100-\U000e01ef'
      ']'
    )
  )
);
comment on table public.user_profiles is 'what a user shows to their match partners; id is the user''s id';
alter table public.user_profiles enable row level security;

create table public.approach_challenges (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  description text not null,
  difficulty text not null,
  points integer not null,
  created_at timestamptz not null default now(),
  constraint approach_challenges_title_length check (char_length(title) between 1 and 200),
  constraint approach_challenges_description_length check (char_length(description) <= 2000),
  constraint approach_challenges_difficulty_known check (difficulty in ('beginner', 'intermediate', 'advanced')),
  constraint approach_challenges_points_range check (points between 0 and 1000)
);
comment on table public.approach_challenges is 'the catalogue of challenges';
alter table public.approach_challenges enable row level security;

create table public.wingman_matches (
  id uuid primary key default gen_random_uuid(),
  user1_id uuid not null references public.user_profiles (id) on delete cascade,
  user2_id uuid not null references public.user_profiles (id) on delete cascade,
  status text not null default 'pending',
  created_at timestamptz not null default now(),
  constraint wingman_matches_two_users check (user1_id <> user2_id),
  constraint wingman_matches_status_known check (status in ('pending', 'accepted', 'declined'))
);
comment on table public.wingman_matches is 'two users who may schedule sessions together, once the match is accepted';
-- the other columns are in them because every read of a session asks for the caller's matches: the indexes alone answer
create index wingman_matches_user1_id_idx on public.wingman_matches (user1_id) include (user2_id, id, status);
create index wingman_matches_user2_id_idx on public.wingman_matches (user2_id) include (user1_id, id, status);
alter table public.wingman_matches enable row level security;

create table public.wingman_sessions (
  id uuid primary key default gen_random_uuid(),
  match_id uuid not null references public.wingman_matches (id) on delete cascade,
  user1_challenge_id uuid not null references public.approach_challenges (id) on delete restrict,
  user2_challenge_id uuid not null references public.approach_challenges (id) on delete restrict,
  venue_name varchar(200) not null,
  scheduled_time timestamptz not null,
  status varchar(50) not null default 'scheduled',
  completed_at timestamptz,
  user1_completed_confirmed_by_user2 boolean not null default false,
  user2_completed_confirmed_by_user1 boolean not null default false,
  notes text,
  created_at timestamptz not null default now(),
  absent text,
  constraint wingman_sessions_status_known
    check (status in ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show')),
  -- completed, both confirmed and completed_at set are one fact: a half-completed session cannot be stored
  constraint wingman_sessions_completed_iff_confirmed
    check ((status = 'completed') = (user1_completed_confirmed_by_user2 and user2_completed_confirmed_by_user1)),
  constraint wingman_sessions_completed_iff_completed_at
    check ((status = 'completed') = (completed_at is not null)),
  -- created_at is the database's clock and cannot be given by the API: no session is scheduled in the past
  constraint wingman_sessions_scheduled_after_creation check (scheduled_time > created_at),
  -- 'infinity' is a valid timestamptz, but nobody can meet then
  constraint wingman_sessions_scheduled_time_finite check (isfinite(scheduled_time)),
  constraint wingman_sessions_absent_known check (absent in ('user1', 'user2')),
  constraint wingman_sessions_absent_from_no_show check (absent is null or status = 'no_show'),
  constraint wingman_sessions_venue_name_not_empty check (venue_name <> ''),
  constraint wingman_sessions_notes_length check (char_length(notes) <= 2000)
)
-- notes and a first confirmation change no indexed column: room on the page keeps such an update off the five indexes
with (fillfactor = 80);
comment on table public.wingman_sessions is 'a meeting of a match: each user has a challenge and confirms the other''s';
comment on column public.wingman_sessions.user1_completed_confirmed_by_user2 is 'user 2 has confirmed that user 1 completed their challenge';
comment on column public.wingman_sessions.user2_completed_confirmed_by_user1 is 'user 1 has confirmed that user 2 completed their challenge';
comment on column public.wingman_sessions.absent is 'of a no-show, which of the match''s users did not come, as the other has reported; null when nobody has';
create index wingman_sessions_match_id_created_at_idx on public.wingman_sessions (match_id, created_at desc);
create index wingman_sessions_match_id_scheduled_time_idx on public.wingman_sessions (match_id, scheduled_time desc);
create index wingman_sessions_user1_challenge_id_idx on public.wingman_sessions (user1_challenge_id);
create index wingman_sessions_user2_challenge_id_idx on public.wingman_sessions (user2_challenge_id);
create unique index wingman_sessions_one_active_per_match on public.wingman_sessions (match_id)
  where status in ('scheduled', 'in_progress');
alter table public.wingman_sessions enable row level security;

-- From supabase/policies/wingman/, which is what to read and to change.

-- approach_challenges: a catalogue, the same for every signed-in user.

alter table public.approach_challenges enable row level security;
revoke all on public.approach_challenges from public, anon, authenticated, service_role, session_api;
grant select (id, title, description, difficulty, points, created_at) on public.approach_challenges to authenticated;
grant select (id, title, description, difficulty, points) on public.approach_challenges to session_api;
-- no insert, update or delete grant: the catalogue comes with migrations

drop policy if exists select_all on public.approach_challenges;
create policy select_all on public.approach_challenges
  for select to authenticated, session_api
  using (true);
comment on policy select_all on public.approach_challenges is 'every signed-in user reads every challenge: there is nothing personal in one';

-- user_profiles: the user's own row, written straight from the browser; a match partner may read it.

create or replace function session_api.my_buddy_ids()
returns setof uuid
language plpgsql
stable
-- the planner would assume 1,000 rows, and overestimate every query that calls this
rows 10
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    select match.user2_id from public.wingman_matches as match where match.user1_id = me and match.status <> 'declined'
    union all
    select match.user1_id from public.wingman_matches as match where match.user2_id = me and match.status <> 'declined';
end
$$;
comment on function session_api.my_buddy_ids() is 'the users the caller has a match with that nobody has declined';
revoke execute on function session_api.my_buddy_ids() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.my_buddy_ids() to authenticated, session_api;

alter table public.user_profiles enable row level security;
revoke all on public.user_profiles from public, anon, authenticated, service_role, session_api;
grant select (id, first_name, created_at, updated_at) on public.user_profiles to authenticated;
grant insert (id, first_name) on public.user_profiles to authenticated;
grant update (first_name) on public.user_profiles to authenticated;
-- no delete grant: matches and the partner's sessions refer to a profile, so it is deleted only with its account
grant select (id, first_name) on public.user_profiles to session_api;

drop policy if exists select_own_or_joined on public.user_profiles;
create policy select_own_or_joined on public.user_profiles
  for select to authenticated, session_api
  using (
    id = (select session_api.caller_id())
    or id = any (array(select session_api.my_buddy_ids()))
  );
comment on policy select_own_or_joined on public.user_profiles is 'a user reads their own profile and those of their match partners, unless the match is declined';

drop policy if exists select_unestimated on public.user_profiles;
create policy select_unestimated on public.user_profiles
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.user_profiles is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_self on public.user_profiles;
create policy insert_self on public.user_profiles
  for insert to authenticated
  with check (id = (select session_api.caller_id()));
comment on policy insert_self on public.user_profiles is 'a user makes their own profile, nobody else''s';

drop policy if exists update_self on public.user_profiles;
create policy update_self on public.user_profiles
  for update to authenticated
  using (id = (select session_api.caller_id()))
  with check (id = (select session_api.caller_id()));
comment on policy update_self on public.user_profiles is 'a user changes their own profile, nobody else''s';

create or replace trigger set_updated_at before update on public.user_profiles
  for each row execute function session_api.set_updated_at();

-- wingman_matches: its two users read it; matching itself happens elsewhere, so nobody writes here.

create or replace function session_api.my_match_ids()
returns setof uuid
language plpgsql
stable
-- the planner would assume 1,000 rows, and overestimate every query that calls this
rows 10
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    select match.id from public.wingman_matches as match where match.user1_id = me
    union all
    select match.id from public.wingman_matches as match where match.user2_id = me;
end
$$;
comment on function session_api.my_match_ids() is 'the caller''s matches, whatever their status. In a policy always as = any (array(select session_api.my_match_ids())): computed once, and the index on match_id serves it';
revoke execute on function session_api.my_match_ids() from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.my_match_ids() to authenticated, session_api;

alter table public.wingman_matches enable row level security;
revoke all on public.wingman_matches from public, anon, authenticated, service_role, session_api;
grant select (id, user1_id, user2_id, status, created_at) on public.wingman_matches to authenticated;
grant select (id, user1_id, user2_id, status) on public.wingman_matches to session_api;
-- no insert, update or delete grant: no endpoint makes or changes a match

drop policy if exists select_joined on public.wingman_matches;
create policy select_joined on public.wingman_matches
  for select to authenticated, session_api
  using (user1_id = (select session_api.caller_id()) or user2_id = (select session_api.caller_id()));
comment on policy select_joined on public.wingman_matches is 'a match is read by its two users';

drop policy if exists select_unestimated on public.wingman_matches;
create policy select_unestimated on public.wingman_matches
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.wingman_matches is 'users learn no estimate of rows that they may not read, and one read is bounded';

-- wingman_session_details: one session with its people and their challenges, in one request.
-- security_invoker: it shows what the caller's own policies on the tables below it show.
-- People and challenges are looked up in a sub-select: only for the rows of a page, and not for a count. One sub-select, not
-- four: with one, Postgres plans the statement once per connection; with four it plans it again for each request.

-- Changes with everything that people can change in a session. The ETag is made from it, so an older `If-Match` then fails.
create or replace function session_api.wingman_session_version(
  status text,
  user1_confirmed boolean,
  user2_confirmed boolean,
  absent text,
  notes text
)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return left(
    encode(
      sha256(convert_to(jsonb_build_array(status, user1_confirmed, user2_confirmed, absent, notes)::text, 'UTF8')),
      'hex'
    ),
    32
  );
end
$$;
comment on function session_api.wingman_session_version(text, boolean, boolean, text, text) is 'a hash of what people can change of a wingman session';
revoke execute on function session_api.wingman_session_version(text, boolean, boolean, text, text) from public, anon, authenticated, service_role, session_api;
grant execute on function session_api.wingman_session_version(text, boolean, boolean, text, text) to authenticated, session_api;

create or replace view public.wingman_session_details
with (security_invoker = true)
as
select
  session.id,
  session.match_id,
  session.venue_name,
  session.scheduled_time,
  session.status,
  session.notes,
  (
    select json_build_object(
      'user1', json_build_object(
        'id', match.user1_id,
        'name', coalesce(profile1.first_name, 'Unknown'),
        'challenge', json_build_object(
          'id', challenge1.id,
          'title', challenge1.title,
          'description', challenge1.description,
          'difficulty', challenge1.difficulty,
          'points', challenge1.points
        ),
        'confirmed', session.user1_completed_confirmed_by_user2
      ),
      'user2', json_build_object(
        'id', match.user2_id,
        'name', coalesce(profile2.first_name, 'Unknown'),
        'challenge', json_build_object(
          'id', challenge2.id,
          'title', challenge2.title,
          'description', challenge2.description,
          'difficulty', challenge2.difficulty,
          'points', challenge2.points
        ),
        'confirmed', session.user2_completed_confirmed_by_user1
      )
    )
    from (select) as one_row
    left join public.user_profiles as profile1 on profile1.id = match.user1_id
    left join public.user_profiles as profile2 on profile2.id = match.user2_id
    left join public.approach_challenges as challenge1 on challenge1.id = session.user1_challenge_id
    left join public.approach_challenges as challenge2 on challenge2.id = session.user2_challenge_id
  ) as participants,
  session.completed_at,
  session.created_at,
  match.user1_id,
  match.user2_id,
  session.user1_completed_confirmed_by_user2,
  session.user2_completed_confirmed_by_user1,
  session.scheduled_time <= now() as due,
  match.status = 'accepted' as accepted,
  session.absent,
  case (select session_api.caller_id()) when match.user1_id then 'user1' when match.user2_id then 'user2' end as you,
  -- what api/sessions/wingman/rules.py says of the caller
  session.status in ('scheduled', 'in_progress') and session.scheduled_time <= now() and match.status = 'accepted'
    and case (select session_api.caller_id())
      when match.user1_id then not session.user2_completed_confirmed_by_user1
      when match.user2_id then not session.user1_completed_confirmed_by_user2
      else false
    end as can_confirm,
  session.status in ('scheduled', 'in_progress') and session.scheduled_time > now()
    and not (session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1)
    and (select session_api.caller_id()) in (match.user1_id, match.user2_id) as can_cancel,
  session.status in ('scheduled', 'in_progress') and session.scheduled_time <= now()
    and (select session_api.caller_id()) in (match.user1_id, match.user2_id) as can_report_no_show,
  session_api.wingman_session_version(
    session.status, session.user1_completed_confirmed_by_user2, session.user2_completed_confirmed_by_user1,
    session.absent, session.notes
  ) as version
from public.wingman_sessions as session
join public.wingman_matches as match on match.id = session.match_id;
comment on view public.wingman_session_details is 'a wingman session with its participants and their challenges; by the database''s clock, `due` tells whether its time has come, `can_…` what the caller may do, `version` changes with what people change';
revoke all on public.wingman_session_details from public, anon, authenticated, service_role, session_api;
grant select (
  id, match_id, venue_name, scheduled_time, status, notes, participants, completed_at, created_at,
  user1_id, user2_id, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, due, accepted, absent, you,
  can_confirm, can_cancel, can_report_no_show, version
) on public.wingman_session_details to authenticated, session_api;
-- no insert, update or delete grant: it is for reading

-- Postgres checks whether a view can be written to before it checks the grants, and PostgREST answers that error with 500.
-- With a trigger it checks the grants first, so that a write is refused like any other; the trigger itself never runs.
create or replace function session_api.refuse_write()
returns trigger
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  raise insufficient_privilege using message = format('%I is for reading', tg_table_name);
end
$$;
comment on function session_api.refuse_write() is 'keeps whoever needs no grant from writing to a view';
revoke execute on function session_api.refuse_write() from public, anon, authenticated, service_role, session_api;
create or replace trigger refuse_write instead of insert or update or delete on public.wingman_session_details
  for each row execute function session_api.refuse_write();

-- wingman_sessions: read by the match's two users, written by the API for one of them.

alter table public.wingman_sessions enable row level security;
revoke all on public.wingman_sessions from public, anon, authenticated, service_role, session_api;
grant select (
  id, match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, status, completed_at,
  user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, created_at, absent
) on public.wingman_sessions to authenticated, session_api;
-- not granted: id, status, confirmations, created_at; a new session has the defaults
grant insert (match_id, venue_name, scheduled_time, user1_challenge_id, user2_challenge_id)
  on public.wingman_sessions to session_api;
-- not granted: match, challenges, venue and time; to change them, a session is cancelled and a new one scheduled
grant update (status, completed_at, user1_completed_confirmed_by_user2, user2_completed_confirmed_by_user1, notes, absent)
  on public.wingman_sessions to session_api;
-- no delete grant: a session is cancelled, never deleted
-- no write grant for authenticated: confirming, cancelling and scheduling have rules, which only the API enforces

drop policy if exists select_joined on public.wingman_sessions;
create policy select_joined on public.wingman_sessions
  for select to authenticated, session_api
  using (match_id = any (array(select session_api.my_match_ids())));
comment on policy select_joined on public.wingman_sessions is 'a session is read by the two users of its match';

drop policy if exists select_unestimated on public.wingman_sessions;
create policy select_unestimated on public.wingman_sessions
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.wingman_sessions is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_joined on public.wingman_sessions;
create policy insert_joined on public.wingman_sessions
  for insert to session_api
  with check (
    match_id = any (array(select session_api.my_match_ids()))
    and exists (
      select from public.wingman_matches as match
      where match.id = wingman_sessions.match_id and match.status = 'accepted'
    )
  );
comment on policy insert_joined on public.wingman_sessions is 'the API schedules a session for the caller''s own match, once it is accepted';

drop policy if exists update_joined on public.wingman_sessions;
create policy update_joined on public.wingman_sessions
  for update to session_api
  using (match_id = any (array(select session_api.my_match_ids())))
  with check (match_id = any (array(select session_api.my_match_ids())));
comment on policy update_joined on public.wingman_sessions is 'the API changes a session for one of its two users';

create or replace function public.confirm_wingman_session(session_id uuid, buddy_id uuid default null)
returns table (status text, completed_at timestamptz)
language plpgsql
volatile
rows 1
-- the caller's own policies decide which session, and api/sessions/wingman/rules.py says why nothing was written
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    update public.wingman_sessions as session
    set
      user1_completed_confirmed_by_user2 = session.user1_completed_confirmed_by_user2 or me = match.user2_id,
      user2_completed_confirmed_by_user1 = session.user2_completed_confirmed_by_user1 or me = match.user1_id,
      -- the caller has not confirmed yet, so whoever has is the buddy
      status = case
        when session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1 then 'completed'
        else session.status
      end,
      completed_at = case
        when session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1 then now()
      end
    from public.wingman_matches as match
    where session.id = confirm_wingman_session.session_id
      and session.match_id = match.id
      and session.status in ('scheduled', 'in_progress')
      and session.scheduled_time <= now()
      and match.status = 'accepted'
      and case me
        when match.user1_id then
          not session.user2_completed_confirmed_by_user1 and (buddy_id is null or buddy_id = match.user2_id)
        when match.user2_id then
          not session.user1_completed_confirmed_by_user2 and (buddy_id is null or buddy_id = match.user1_id)
      end
    returning session.status::text, session.completed_at;
end
$$;
comment on function public.confirm_wingman_session(uuid, uuid) is 'confirms the caller''s buddy, and completes the session if that was the second confirmation; no row when there is nothing to confirm';
revoke execute on function public.confirm_wingman_session(uuid, uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.confirm_wingman_session(uuid, uuid) to session_api;

create or replace function public.cancel_wingman_session(session_id uuid)
returns table (status text)
language plpgsql
volatile
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    update public.wingman_sessions as session
    set status = 'cancelled'
    from public.wingman_matches as match
    where session.id = cancel_wingman_session.session_id
      and session.match_id = match.id
      and me in (match.user1_id, match.user2_id)
      and session.status in ('scheduled', 'in_progress')
      and session.scheduled_time > now()
      -- now() is when this began: whoever confirmed while it waited for the row did so after the scheduled time
      and not (session.user1_completed_confirmed_by_user2 or session.user2_completed_confirmed_by_user1)
    returning session.status::text;
end
$$;
comment on function public.cancel_wingman_session(uuid) is 'calls the session off before its time; no row when that cannot be done';
revoke execute on function public.cancel_wingman_session(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.cancel_wingman_session(uuid) to session_api;

create or replace function public.report_wingman_no_show(session_id uuid)
returns table (status text, absent text)
language plpgsql
volatile
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  return query
    update public.wingman_sessions as session
    set
      status = 'no_show',
      absent = case me when match.user1_id then 'user2' else 'user1' end
    from public.wingman_matches as match
    where session.id = report_wingman_no_show.session_id
      and session.match_id = match.id
      and me in (match.user1_id, match.user2_id)
      and session.status in ('scheduled', 'in_progress')
      and session.scheduled_time <= now()
    returning session.status::text, session.absent;
end
$$;
comment on function public.report_wingman_no_show(uuid) is 'ends the session as a no-show: the caller says that the other did not come; no row when that cannot be done';
revoke execute on function public.report_wingman_no_show(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.report_wingman_no_show(uuid) to session_api;

create or replace function public.write_wingman_notes(session_id uuid, notes text, versions text default null)
returns table (details json)
language plpgsql
volatile
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := session_api.caller_id();
begin
  update public.wingman_sessions as session
  set notes = write_wingman_notes.notes
  from public.wingman_matches as match
  where session.id = write_wingman_notes.session_id
    and session.match_id = match.id
    and me in (match.user1_id, match.user2_id)
    and match.status = 'accepted'
    and (
      versions is null
      -- of the row itself, so that it is asked again of what somebody wrote while this waited for the row
      or session_api.wingman_session_version(
        session.status, session.user1_completed_confirmed_by_user2, session.user2_completed_confirmed_by_user1,
        session.absent, session.notes
      ) = any (string_to_array(versions, ','))
    );
  if found then
    return query
      select to_json(session) from public.wingman_session_details as session where session.id = session_id;
  end if;
end
$$;
comment on function public.write_wingman_notes(uuid, text, text) is 'replaces the session''s notes if it is in one of these versions, separated by commas, or in any; returns its details, no row when that cannot be done';
revoke execute on function public.write_wingman_notes(uuid, text, text) from public, anon, authenticated, service_role, session_api;
grant execute on function public.write_wingman_notes(uuid, text, text) to session_api;

-- 404 or 403: row-level security hides both a missing and another user's row, and only the API may ask which it is.
create or replace function public.wingman_session_exists(session_id uuid)
returns boolean
language plpgsql
stable
-- security definer: it asks about a row that the caller may not see; it tells only whether there is one, and only the API
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from public.wingman_sessions as session where session.id = wingman_session_exists.session_id
  );
end
$$;
comment on function public.wingman_session_exists(uuid) is 'whether a wingman session exists, visible to the caller or not';
revoke execute on function public.wingman_session_exists(uuid) from public, anon, authenticated, service_role, session_api;
grant execute on function public.wingman_session_exists(uuid) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.wingman_sessions
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.wingman_sessions
  referencing old table as erased for each statement execute function session_api.erase_answers();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.wingman_sessions');
