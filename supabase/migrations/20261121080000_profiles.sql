-- Row-level security goes on with each table, so that nobody reads anything before the policies come (20261121080500).

create schema private;
revoke all on schema private from public, anon, authenticated, service_role;

create function private.set_updated_at()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function private.set_updated_at() is 'keeps updated_at, which nobody may write';
revoke execute on function private.set_updated_at() from public;

-- No e-mail address here: a match partner may read this row.
create table public.user_profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  first_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Written straight from the browser and shown to others, so what could deceive them is refused. By code point: what a
  -- class like [:space:] holds hangs on the locale.
  constraint user_profiles_first_name_plain check (
    char_length(first_name) between 1 and 100
    and first_name = btrim(first_name)
    -- what markup is made of: no name needs `&`, and with none of the three there is nothing to decode, however often
    and first_name !~ '[<>&]'
    -- controls, spaces but for the plain one, and what is drawn as nothing or turns the text around it: the categories
    -- Cc, Cf and Z, and whatever else Unicode has as Default_Ignorable_Code_Point
    and first_name !~ (
      '[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4'
      '\u17b5\u180b-\u180f\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff0-\ufffb'
      '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
      '\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]'
    )
    -- Joiners and variation selectors are drawn as nothing too, but Persian, Indic and Japanese names are spelt with them,
    -- and emoji: one, after a letter from Arabic to Sinhala, an ideograph or a picture
    and first_name !~ (
      '(^|[^\u0600-\u0dff\u2600-\u27bf\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0003ffff])'
      '[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]'
    )
  )
);
comment on table public.user_profiles is 'what a user shows to their match partners; id is the user''s id';
alter table public.user_profiles enable row level security;
create trigger set_updated_at before update on public.user_profiles
  for each row execute function private.set_updated_at();
