-- A client that sends a creating request twice, with the same Idempotency-Key, creates once.

create table public.idempotency_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  -- SHA-256, in hex: of what the client chose, and of what it asked for with it
  key text not null,
  fingerprint text not null,
  -- what was created: no foreign key, because a key outlives a session that is deleted
  row_id uuid not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_once unique (user_id, key),
  constraint idempotency_keys_key_hashed check (key ~ '^[0-9a-f]{64}$'),
  constraint idempotency_keys_fingerprint_hashed check (fingerprint ~ '^[0-9a-f]{64}$')
);
comment on table public.idempotency_keys is 'requests that created something, for a day: what was asked, what was created and what was answered';
comment on column public.idempotency_keys.answer is 'null until the first request has been answered';
create index idempotency_keys_user_id_created_at_idx on public.idempotency_keys (user_id, created_at);
alter table public.idempotency_keys enable row level security;

create function private.claim_idempotency_key()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
  headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
begin
  if headers ? 'idempotency-key' then
    -- no job has to sweep: a user's keys of yesterday go with the next one
    delete from public.idempotency_keys as forgotten
    where forgotten.user_id = private.caller_id() and forgotten.created_at < now() - interval '24 hours';
    -- the claim and the row are one transaction: both are there or neither, whatever dies when; a second request with the
    -- same key waits here for the first, and then fails
    insert into public.idempotency_keys (user_id, key, fingerprint, row_id)
    values (private.caller_id(), headers ->> 'idempotency-key', headers ->> 'idempotency-fingerprint', new.id);
  end if;
  return new;
end
$$;
comment on function private.claim_idempotency_key() is 'lets a row be created once for an Idempotency-Key, which the API sends along as a header';
revoke execute on function private.claim_idempotency_key() from public;

-- before insert and first by name: a second request must fail on its key, not on what the first one has created
create trigger claim_idempotency_key before insert on public.study_sessions
  for each row execute function private.claim_idempotency_key();
create trigger claim_idempotency_key before insert on public.interview_sessions
  for each row execute function private.claim_idempotency_key();
create trigger claim_idempotency_key before insert on public.chat_sessions
  for each row execute function private.claim_idempotency_key();
create trigger claim_idempotency_key before insert on public.chat_messages
  for each row execute function private.claim_idempotency_key();
create trigger claim_idempotency_key before insert on public.wingman_sessions
  for each row execute function private.claim_idempotency_key();
