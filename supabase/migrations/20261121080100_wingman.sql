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
create index wingman_matches_user1_id_idx on public.wingman_matches (user1_id) include (user2_id, id);
create index wingman_matches_user2_id_idx on public.wingman_matches (user2_id) include (user1_id, id);
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
  constraint wingman_sessions_status_known
    check (status in ('scheduled', 'in_progress', 'completed', 'cancelled', 'no_show')),
  -- completed, both confirmed and completed_at set are one fact: a half-completed session cannot be stored
  constraint wingman_sessions_completed_iff_confirmed
    check ((status = 'completed') = (user1_completed_confirmed_by_user2 and user2_completed_confirmed_by_user1)),
  constraint wingman_sessions_completed_iff_completed_at
    check ((status = 'completed') = (completed_at is not null)),
  -- created_at is the database's clock and cannot be given by the API: no session is scheduled in the past
  constraint wingman_sessions_scheduled_after_creation check (scheduled_time > created_at),
  -- 'infinity' is a timestamptz, but no time to meet
  constraint wingman_sessions_scheduled_time_finite check (isfinite(scheduled_time)),
  constraint wingman_sessions_venue_name_not_empty check (venue_name <> ''),
  constraint wingman_sessions_notes_length check (char_length(notes) <= 2000)
);
comment on table public.wingman_sessions is 'a meeting of a match: each user has a challenge and confirms the other''s';
comment on column public.wingman_sessions.user1_completed_confirmed_by_user2 is 'user 2 has confirmed that user 1 completed their challenge';
comment on column public.wingman_sessions.user2_completed_confirmed_by_user1 is 'user 1 has confirmed that user 2 completed their challenge';
create index wingman_sessions_match_id_created_at_idx on public.wingman_sessions (match_id, created_at desc);
create index wingman_sessions_user1_challenge_id_idx on public.wingman_sessions (user1_challenge_id);
create index wingman_sessions_user2_challenge_id_idx on public.wingman_sessions (user2_challenge_id);
create unique index wingman_sessions_one_active_per_match on public.wingman_sessions (match_id)
  where status in ('scheduled', 'in_progress');
alter table public.wingman_sessions enable row level security;
