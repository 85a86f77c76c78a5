-- chat_messages: the session owner's, read directly, posted through the API, never changed.

alter table public.chat_messages enable row level security;
revoke all on public.chat_messages from public, anon, authenticated, service_role, session_api;
grant select (id, user_id, session_id, message_order, role, content, "timestamp")
  on public.chat_messages to authenticated, session_api;
-- not granted: message_order and timestamp; the trigger assigns them under the session's row lock
grant insert (user_id, session_id, role, content) on public.chat_messages to session_api;
-- no update or delete grant: message_order stays dense, so that an offset is a range of it; messages go with their session

drop policy if exists select_own on public.chat_messages;
create policy select_own on public.chat_messages
  for select to authenticated, session_api
  using (user_id = (select session_api.caller_id()));
comment on policy select_own on public.chat_messages is 'messages are read by the owner of their session';

drop policy if exists select_unestimated on public.chat_messages;
create policy select_unestimated on public.chat_messages
  as restrictive for select to authenticated
  using (session_api.is_not_estimated() and session_api.is_bounded_read());
comment on policy select_unestimated on public.chat_messages is 'users learn no estimate of rows that they may not read, and one read is bounded';

drop policy if exists insert_own on public.chat_messages;
create policy insert_own on public.chat_messages
  for insert to session_api
  with check (user_id = (select session_api.caller_id()));
comment on policy insert_own on public.chat_messages is 'the API posts messages for the caller; that the session is theirs too is a foreign key';

-- One page of a session's messages and their total; null when the caller has no such session. The page starts at an offset,
-- or is just before or just after a message_order. These are dense, 1…n, so each page is a range of the index, either way.
create or replace function public.chat_message_page(
  session_id uuid,
  page_limit integer,
  newest_first boolean,
  page_offset bigint default 0,
  before_order bigint default null,
  after_order bigint default null
)
returns json
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  total bigint;
  first_order bigint;
  last_order bigint;
  messages json;
begin
  select session.message_count into total
  from public.chat_sessions as session
  where session.id = chat_message_page.session_id;
  if not found then
    return null;
  end if;
  page_limit := least(greatest(page_limit, 0), 1000);
  page_offset := least(greatest(page_offset, 0), total);
  if before_order is not null then
    last_order := least(greatest(before_order, 1) - 1, total);
    first_order := last_order - page_limit + 1;
  else
    first_order := case
      when after_order is not null then least(greatest(after_order, 0), total) + 1
      when newest_first then total - page_offset - page_limit + 1
      else page_offset + 1
    end;
    last_order := first_order + page_limit - 1;
  end if;
  select json_agg(page order by case when newest_first then -page.message_order else page.message_order end)
  into messages
  from (
    select
      message.id, message.session_id, message.user_id, message.message_order, message.role, message.content,
      message."timestamp"
    from public.chat_messages as message
    where message.session_id = chat_message_page.session_id
      and message.message_order between first_order and last_order
  ) as page;
  return json_build_object('total', total, 'items', coalesce(messages, '[]'::json));
end
$$;
comment on function public.chat_message_page(uuid, integer, boolean, bigint, bigint, bigint) is 'one page of a chat session''s messages, {total, items}; null when the caller has no such session';
revoke execute on function public.chat_message_page(uuid, integer, boolean, bigint, bigint, bigint) from public, anon, authenticated, service_role, session_api;
grant execute on function public.chat_message_page(uuid, integer, boolean, bigint, bigint, bigint) to session_api;

-- before insert and first by name: a repeated request must fail on its key, not on what the first one has created
create or replace trigger claim_idempotency_key before insert on public.chat_messages
  for each row execute function session_api.claim_idempotency_key();
create or replace trigger erase_answers after delete on public.chat_messages
  referencing old table as erased for each statement execute function session_api.erase_answers();

create or replace function session_api.number_chat_message()
returns trigger
language plpgsql
volatile
-- security definer: counts in the session's row, which no role may write
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- the update holds the session's row until commit: writers to one session wait for each other here
  update public.chat_sessions as session
  set message_count = session.message_count + 1,
      last_updated = greatest(clock_timestamp(), session.last_updated)
  where session.id = new.session_id and session.user_id = new.user_id
  returning session.message_count, session.last_updated into new.message_order, new."timestamp";
  if not found then
    raise foreign_key_violation using
      constraint = 'chat_messages_session_fkey',
      message = 'insert on "chat_messages" violates foreign key constraint "chat_messages_session_fkey"';
  end if;
  return new;
end
$$;
comment on function session_api.number_chat_message() is 'gives a message the next number of its session, and the session its total and time of the latest message';
revoke execute on function session_api.number_chat_message() from public, anon, authenticated, service_role, session_api;
-- a restored dump keeps its numbers and times: they are kept for a role that may write message_order, which neither users
-- nor the API may
create or replace trigger number_chat_message before insert on public.chat_messages
  for each row
  when (
    new.message_order is null or new."timestamp" is null
    or not has_column_privilege('public.chat_messages', 'message_order', 'insert')
  )
  execute function session_api.number_chat_message();

-- pages follow this table live: `postgres_changes` reads each changed row as the subscriber
select session_api.publish('public.chat_messages');
