-- Views of our names over tables of the app's own.
create table public.talks (id uuid primary key, user_id uuid, title text);
create view public.chat_sessions as select * from public.talks;
create view public.wingman_session_details as select 1 as one;
