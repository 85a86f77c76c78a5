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
