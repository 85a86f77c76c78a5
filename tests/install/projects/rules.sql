-- A chat app with rules, messages without a number or a time, and a key that keeps a session with messages from being deleted.
insert into auth.users (id, email) select ('10000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.com' from generate_series(1, 3) n;
create table public.chat_sessions (id uuid primary key default gen_random_uuid(), user_id uuid references auth.users (id) not null, title varchar(120), created_at timestamp default now(), pinned boolean generated always as (title like 'P%') stored);
create table public.chat_messages (id uuid primary key default gen_random_uuid(), session_id uuid not null, user_id uuid not null, message_order integer, role varchar(9) not null, content text not null, "timestamp" timestamp default now(), foreign key (session_id) references public.chat_sessions (id) not valid);
create rule log_it as on insert to public.chat_messages do also select 1;
create rule no_delete as on delete to public.chat_sessions do instead nothing;
alter table public.chat_sessions enable row level security; alter table public.chat_messages enable row level security;
create function public.is_mine(s uuid) returns boolean language sql stable security definer set search_path='' as $$ select exists (select from public.chat_sessions c where c.id=s and c.user_id=auth.uid()) $$;
create policy m on public.chat_messages using (public.is_mine(session_id)) with check (public.is_mine(session_id));
create policy s on public.chat_sessions using (user_id = auth.uid());
create policy aal on public.chat_sessions as restrictive to authenticated using ((auth.jwt()->>'aal') is distinct from 'aal0');
create index chat_sessions_user_id_idx on public.chat_messages (id);
insert into public.chat_sessions (id,user_id,title,created_at) values ('40000000-0000-4000-8000-000000000001','10000000-0000-4000-8000-000000000001',null,null),('40000000-0000-4000-8000-000000000002','10000000-0000-4000-8000-000000000001','P',now());
insert into public.chat_messages (session_id,user_id,message_order,role,content,"timestamp") values ('40000000-0000-4000-8000-000000000001','10000000-0000-4000-8000-000000000001',1,'user','hi',now()),('40000000-0000-4000-8000-000000000001','10000000-0000-4000-8000-000000000001',null,'bot','hi',null);
