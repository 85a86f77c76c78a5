"""How long the migration of a living project takes, and how long its readers wait meanwhile.

`python -m tests.install.scale` makes the project `buddies` with a million more sessions, installs
wingman and prints the times. Nothing is kept.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import click
import psycopg

from tests.install.conftest import Living, project
from tests.install.servers import server

_MORE = """
alter table public.wingman_matches disable row level security;
insert into public.user_profiles (id, email, first_name)
select gen_random_uuid(), n || '@example.org', 'Name ' || n from generate_series(1, {people}) n;
insert into public.wingman_matches (user1_id, user2_id, status)
select a.id, b.id, 'accepted'
from (select id, row_number() over (order by id) n from public.user_profiles) a
join (select id, row_number() over (order by id) n from public.user_profiles) b on b.n = a.n + 1;
insert into public.wingman_sessions (match_id, user1_challenge_id, user2_challenge_id, venue_name,
  scheduled_time, status, completed_at, user1_completed_confirmed_by_user2,
  user2_completed_confirmed_by_user1, notes, created_at)
select m.id, c.id, c.id, 'Venue ' || n, now() - n * interval '1 minute', 'completed', now(), true,
  true, repeat('note ', 20), now() - n * interval '1 minute' - interval '1 day'
from generate_series(1, {rows}) n
join (select id, row_number() over (order by id) as place from public.wingman_matches) m
  on m.place = 1 + n % (select count(*) from public.wingman_matches)
cross join (select id from public.approach_challenges limit 1) c;
"""


def _longest_wait(living: Living, is_over: Event) -> float:
    longest = 0.0
    with psycopg.connect(living.url, autocommit=True) as connection:
        while not is_over.is_set():
            start = time.perf_counter()
            connection.execute("select id from public.wingman_sessions limit 1")
            longest = max(longest, time.perf_counter() - start)
    return longest


@click.command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--postgres", default=18, show_default=True)
def main(rows: int, postgres: int) -> None:
    """Measure."""
    with server(postgres) as running, TemporaryDirectory() as folder:
        more = _MORE.format(rows=rows, people=max(rows // 10, 2))
        living = project(running, Path(folder), "buddies", more)
        living.run("analyze")
        living.answer(living.install("wingman"))
        start = time.perf_counter()
        result = living.install("wingman")
        click.echo(f"install, which reads every row: {time.perf_counter() - start:.1f} s")
        if result.exit_code:
            raise click.ClickException(result.output)
        is_over = Event()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(_longest_wait, living, is_over)
            start = time.perf_counter()
            try:
                living.push()
                click.echo(f"supabase db push: {time.perf_counter() - start:.1f} s")
            finally:
                is_over.set()
            click.echo(f"the longest that a reader waited: {waiting.result():.1f} s")


if __name__ == "__main__":
    main()
