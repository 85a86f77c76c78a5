"""A project's own columns, triggers and policies, and what they let the API and browsers do."""

import json

import psycopg

from api.doctor import additions
from tests.install.conftest import Living
from tests.install.living import ONE, TWO, MakeLiving, Serve, is_green

USERS = f"insert into auth.users (id) values ('{ONE}'), ('{TWO}');"
STUDY = """
create table public.study_sessions (
  id uuid primary key default gen_random_uuid(), number serial, profile_id uuid not null,
  title text not null, description text, status text not null default 'UPLOADING', draft_plan jsonb,
  created_by uuid, created_at timestamptz not null default now(),
  updated_at timestamptz not null default now());
create table public.audit (who uuid, what text);
create function public.note_it() returns trigger language plpgsql as $$
begin insert into public.audit values (new.profile_id, tg_op); return new; end $$;
create function public.stamp() returns trigger language plpgsql as $$ begin
if tg_op = 'UPDATE' and new.title is distinct from old.title then new.updated_at := now(); end if;
return new; end $$;
create trigger stamp before insert or update on public.study_sessions
  for each row execute function public.stamp();
create trigger note_it after insert or update on public.study_sessions
  for each row execute function public.note_it();
"""
SHARED = """
alter table public.study_sessions add column link text;
alter table public.study_sessions enable row level security;
create policy shared on public.study_sessions for select to anon
  using (link = current_setting('request.headers', true)::json ->> 'x-link');
create policy ready on public.study_sessions for select to authenticated using (status = 'READY');
revoke all on public.study_sessions from anon;
grant select (title, link) on public.study_sessions to anon;
create view public.shared_sessions as select title, link from public.study_sessions;
grant select on public.shared_sessions to anon;
"""
CHAT = """
create table public.chat_sessions (
  id uuid primary key default gen_random_uuid(), user_id uuid not null, title text not null,
  message_count integer not null default 0, created_at timestamptz not null default now(),
  last_updated timestamptz not null default now());
create table public.chat_messages (
  id uuid primary key default gen_random_uuid(), session_id uuid not null, user_id uuid not null,
  message_order integer not null, role text not null, content text not null,
  "timestamp" timestamptz not null default now());
create function public.count_it() returns trigger language plpgsql as $$ begin
update public.chat_sessions set title = title, message_count = message_count + 1
where id = new.session_id; return new; end $$;
create function public.number_it() returns trigger language plpgsql as $$ begin
select count(*) + 1 into new.message_order from public.chat_messages m
where m.session_id = new.session_id; return new; end $$;
create function public.tell() returns trigger language plpgsql as $$ begin
perform pg_notify('said', new.message_order::text); return new; end $$;
create trigger count_it after insert on public.chat_messages
  for each row execute function public.count_it();
create trigger number_it before insert on public.chat_messages
  for each row execute function public.number_it();
create trigger tell after insert on public.chat_messages
  for each row execute function public.tell();
"""
WINGMAN = f"""
create table public.profiles (id uuid primary key, full_name text);
insert into public.profiles values ('{ONE}', 'One'), ('{TWO}', 'Two');
create table public.wingman_matches (
  id uuid primary key default gen_random_uuid(), user1_id uuid not null, user2_id uuid not null,
  status text not null default 'pending');
create table public.approach_challenges (
  id uuid primary key default gen_random_uuid(), title text not null, description text,
  difficulty text not null default 'easy', points integer, is_active boolean not null default true);
create table public.wingman_sessions (
  id uuid primary key default gen_random_uuid(),
  match_id uuid not null references public.wingman_matches (id),
  user1_challenge_id uuid not null references public.approach_challenges (id),
  user2_challenge_id uuid not null references public.approach_challenges (id),
  venue_name text not null, scheduled_time timestamp not null,
  status text not null default 'scheduled', completed_at timestamp,
  user1_completed_confirmed_by_user2 boolean not null default false,
  user2_completed_confirmed_by_user1 boolean not null default false,
  notes text, created_at timestamp not null default now(), "Rating" numeric);
alter table public.wingman_matches enable row level security;
alter table public.approach_challenges enable row level security;
alter table public.wingman_sessions enable row level security;
create policy mine on public.wingman_matches to authenticated
  using (auth.uid() in (user1_id, user2_id));
create policy shown on public.approach_challenges for select using (is_active);
create policy "of my matches" on public.wingman_sessions to authenticated
  using (match_id in (select id from public.wingman_matches));
create policy "of my matches or rated" on public.wingman_sessions for select to authenticated
  using (match_id in (select id from public.wingman_matches) or "Rating" > 4);
create policy "of shown challenges" on public.wingman_sessions for select to authenticated
  using (user1_challenge_id in (select id from public.approach_challenges));
insert into public.wingman_matches (user1_id, user2_id, status)
values ('{ONE}', '{TWO}', 'Accepted');
insert into public.approach_challenges (title) values ('Hi');
insert into public.wingman_sessions (
  match_id, user1_challenge_id, user2_challenge_id, venue_name, scheduled_time, created_at)
select m.id, c.id, c.id, 'Bar', now(), now() - interval '1 day'
from public.wingman_matches m, public.approach_challenges c;
"""


def notes(living: Living) -> str:
    with psycopg.connect(living.url) as connection:
        connection.execute("set search_path = ''")
        return "\n".join(additions.notes(connection, ("study", "chat", "wingman")))


def test_numbers_and_a_log(living: MakeLiving, serve: Serve) -> None:
    project = living(statements=USERS + STUDY)
    result = project.install("study")
    assert result.exit_code == 0, result.output
    advice = "alter function public.note_it() security definer;"
    assert advice in result.output
    assert "alter function public.stamp()" not in result.output
    project.push()
    assert advice in notes(project)
    assert "public.stamp()" not in notes(project)
    site = serve(project, "study")
    assert is_green(site)
    with site.as_user(ONE) as one:
        assert one.post("/api/v1/study/sessions", json={"title": "New"}).status_code == 503
        project.run(advice)
        made = one.post("/api/v1/study/sessions", json={"title": "New"})
        assert made.status_code == 201, made.text
    assert notes(project) == ""
    assert project.one("select count(*) from public.audit") == 1
    project.run("revoke usage on sequence public.study_sessions_number_seq from session_api;")
    assert "grant usage on sequence public.study_sessions_number_seq" in notes(project)


def test_a_page_without_signing_in(living: MakeLiving) -> None:
    project = living(statements=USERS + STUDY + SHARED)
    result = project.install("study")
    assert result.exit_code == 0, result.output
    assert "anon had select (link), select (title); it keeps none: a page" in result.output
    assert "update on the whole table; signed-in users keep" in result.output
    assert "kept; anon has no privilege on the table any more" in result.output
    # there is no such row yet
    assert "dropped: it shows users rows that are not theirs" in result.output
    project.push()
    assert "policy study_sessions.shared" in project.definitions()
    assert "policy study_sessions.ready" not in project.definitions()
    for privilege in ("select", "insert", "update", "references"):
        assert project.one(
            f"select not has_any_column_privilege('anon', 'public.study_sessions', '{privilege}')"
        )
    project.run("set role anon; select link from public.shared_sessions;")


def test_messages_are_counted_once(living: MakeLiving) -> None:
    project = living(statements=USERS + CHAT)
    result = project.install("chat")
    assert result.exit_code == 1
    assert 'drop trigger "number_it" on public.chat_messages;' in result.output
    assert 'drop trigger "count_it" on public.chat_messages;' in result.output
    assert '"tell"' not in result.output
    assert project.written() == []


def test_a_policy_that_asks_another_table(living: MakeLiving) -> None:
    project = living(statements=USERS + WINGMAN)
    result = project.install("wingman", "--names", "public.profiles.full_name")
    assert result.exit_code == 0, result.output
    assert "has the status Accepted: the API takes only 'accepted'" in result.output
    assert "shows signed-in users every challenge" in result.output
    project.push()
    kept = project.definitions()
    assert "policy wingman_sessions.of my matches" in kept
    assert "policy wingman_sessions.of my matches or rated" not in kept
    assert "policy wingman_sessions.of shown challenges" not in kept
    with psycopg.connect(project.url) as connection:
        for user, changed in ((ONE, 1), ("10000000-0000-4000-8000-000000000009", 0)):
            claims = json.dumps({"sub": user, "role": "authenticated"})
            with connection.transaction(force_rollback=True):
                connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
                connection.execute("set local role authenticated")
                done = connection.execute('update public.wingman_sessions set "Rating" = 5')
                assert done.rowcount == changed


def test_local_times(living: MakeLiving) -> None:
    project = living(statements=USERS + WINGMAN)
    project.run(f"alter database \"{project.database}\" set timezone = 'Europe/Berlin'")
    result = project.install("wingman", "--names", "public.profiles.full_name")
    assert result.exit_code == 1
    statement = 'alter table public.wingman_sessions alter column "{}" type timestamptz;'
    for column in ("scheduled_time", "completed_at", "created_at"):
        assert statement.format(column) in result.output
        project.run(statement.format(column))
    assert project.install("wingman", "--names", "public.profiles.full_name").exit_code == 0
