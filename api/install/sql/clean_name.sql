-- What may stand in a project's own column is text that nobody has checked: for display it loses markup, what is drawn as
-- nothing, and what is too long.
create or replace function session_api.clean_name(raw text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  cleaned text := left(raw, 1000);
  before text;
begin
  loop
    before := cleaned;
    -- what a browser would decode, first: it may decode to markup
    cleaned := regexp_replace(cleaned, '&(lt|#60|#x3c);?', '<', 'gi');
    cleaned := regexp_replace(cleaned, '&(gt|#62|#x3e);?', '>', 'gi');
    cleaned := regexp_replace(cleaned, '&(amp|#38|#x26);?', '&', 'gi');
    cleaned := regexp_replace(cleaned, '&(quot|apos|nbsp|#[0-9]+|#x[0-9a-f]+|[a-z][a-z0-9]*;);?', ' ', 'gi');
    cleaned := regexp_replace(cleaned, '<[^<>]*>', '', 'g');
    exit when cleaned is not distinct from before;
  end loop;
  cleaned := translate(cleaned, '<>', '');
  cleaned := regexp_replace(
    cleaned,
    '[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200b\u200e\u200f'
    '\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e00ff]+',
    ' ', 'g'
  );
  return nullif(btrim(left(btrim(regexp_replace(cleaned, ' +', ' ', 'g')), 100)), '');
end
$$;
comment on function session_api.clean_name(text) is 'a name as it may be shown: plain text of at most 100 characters, null when nothing is left';
revoke execute on function session_api.clean_name(text) from public, anon, authenticated, service_role, session_api;
