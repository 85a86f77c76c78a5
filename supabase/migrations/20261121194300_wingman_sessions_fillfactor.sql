-- Notes and a first confirmation change no indexed column: with room on the page such an update keeps off the five indexes.
alter table public.wingman_sessions set (fillfactor = 80);
