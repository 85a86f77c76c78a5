-- Numbers for keys: nothing that could be adopted.
create table public.study_sessions (
  id bigint generated always as identity primary key,
  profile_id uuid not null,
  title text not null
);
insert into public.study_sessions (profile_id, title) values (gen_random_uuid(), 'Old');
