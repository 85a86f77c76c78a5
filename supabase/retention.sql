-- Optional: a nightly job that deletes expired idempotency keys, also those of users who never return. It needs pg_cron.
-- As postgres: run it in the SQL editor, or `npx supabase migration new session_api_retention < supabase/retention.sql`.
-- Running it again replaces the job; `select cron.unschedule('session-api-idempotency-keys')` removes it.

create extension if not exists pg_cron;

select cron.schedule(
  'session-api-idempotency-keys',
  '17 3 * * *',
  $$delete from public.session_api_idempotency_keys where created_at < now() - interval '1 day'$$
);
