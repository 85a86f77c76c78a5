"""Faults of a database: how each comes about, what is found, and how it is mended."""

from dataclasses import dataclass
from typing import Final

from api.doctor.findings import Fault
from tools.policies import SUPABASE


@dataclass(frozen=True)
class Illness:
    """`names` is in what is said of the first of `found`; the rest are its consequences.

    A consequence in `maybe` shows on a new connection of PostgREST's only.
    """

    name: str
    plant: str
    mend: str
    found: tuple[Fault, ...]
    names: str
    maybe: tuple[Fault, ...] = ()

    @property
    def has_statement(self) -> bool:
        """Whether the first remedy is SQL, rather than a file or a command to run."""
        return self.found[0] not in ("missing", "changed") or self.name.startswith(
            ("a trigger", "a constraint", "an index")
        )


# as the migrations write it; from the remedy Postgres would keep its words differently
ONE_ACTIVE: Final = (
    "drop index if exists public.wingman_sessions_one_active_per_match;"
    " create unique index wingman_sessions_one_active_per_match"
    " on public.wingman_sessions (match_id) where status in ('scheduled', 'in_progress')"
)


def policy_file(name: str) -> str:
    """What a person would replay."""
    (path,) = (SUPABASE / "policies").glob(f"*/{name}.sql")
    return path.read_text()


ILLNESSES: Final = [
    Illness(
        "role not granted",
        plant="revoke session_api from authenticator",
        mend="grant session_api to authenticator",
        found=("role-not-granted",),
        names="session_api",
    ),
    Illness(
        "role bypasses row-level security",
        plant="alter role session_api bypassrls",
        mend="alter role session_api nobypassrls",
        found=("role-unsafe",),
        names="bypassrls",
        maybe=("rows-of-others",),
    ),
    Illness(
        "role can log in",
        plant="alter role session_api login",
        mend="alter role session_api nologin",
        found=("role-unsafe",),
        names="log in",
    ),
    Illness(
        "users may become the API",
        plant="grant session_api to authenticated",
        mend="revoke session_api from authenticated",
        found=("role-unsafe",),
        names="authenticated may become session_api",
    ),
    Illness(
        "role in another's group",
        plant="grant service_role to session_api",
        mend="revoke service_role from session_api",
        found=("role-unsafe",),
        names="service_role",
    ),
    Illness(
        "no time limit",
        plant="alter role session_api reset statement_timeout",
        mend="alter role session_api set statement_timeout = '3s'",
        found=("role-unbounded",),
        names="statement_timeout",
    ),
    Illness(
        "row-level security off",
        plant="alter table public.study_sessions disable row level security",
        mend="alter table public.study_sessions enable row level security",
        found=("rls-off", "rows-of-others"),
        names="public.study_sessions",
    ),
    Illness(
        "somebody's new table without row-level security",
        plant="create table public.forgotten (id int)",
        mend="drop table public.forgotten",
        found=("rls-off",),
        names="public.forgotten",
    ),
    Illness(
        "a policy too many",
        plant="create policy anything on public.chat_messages for select using (true)",
        mend="drop policy if exists anything on public.chat_messages",
        found=("policy-undeclared", "rows-of-others"),
        names="anything on public.chat_messages",
    ),
    Illness(
        "a policy gone",
        plant="drop policy select_own on public.study_topics",
        mend=policy_file("study_topics"),
        found=("missing",),
        names="policy select_own on public.study_topics",
    ),
    Illness(
        "a policy widened",
        plant="alter policy select_own on public.interview_sessions using (true)",
        mend=policy_file("interview_sessions"),
        found=("changed", "rows-of-others"),
        names="policy select_own on public.interview_sessions",
    ),
    Illness(
        "visitors may read",
        plant="grant select on public.user_profiles to anon",
        mend="revoke select on public.user_profiles from anon",
        found=("grant-undeclared", "anon-reads"),
        names="anon may, undeclared, select on relation public.user_profiles",
    ),
    Illness(
        "the service role may write",
        plant="grant update (notes) on public.wingman_sessions to service_role",
        mend="revoke update (notes) on public.wingman_sessions from service_role",
        found=("grant-undeclared",),
        names="service_role may, undeclared, update on relation public.wingman_sessions",
    ),
    Illness(
        "browsers may write what has rules",
        plant="grant insert on public.wingman_sessions to authenticated",
        mend="revoke insert on public.wingman_sessions from authenticated",
        found=("grant-undeclared",),
        names="authenticated",
    ),
    Illness(
        "a function for everybody",
        plant="grant execute on function public.study_session_exists(uuid) to public",
        mend="revoke execute on function public.study_session_exists(uuid) from public",
        found=("grant-undeclared", "anon-reads"),
        names="public.study_session_exists(uuid)",
    ),
    Illness(
        "a privilege gone",
        plant="revoke update (notes) on public.wingman_sessions from session_api",
        mend="grant update (notes) on public.wingman_sessions to session_api",
        found=("grant-missing",),
        names="session_api lacks update on relation public.wingman_sessions",
    ),
    Illness(
        "a view as its owner",
        plant="alter view public.wingman_session_details set (security_invoker = false)",
        mend="alter view public.wingman_session_details set (security_invoker = true)",
        found=("changed", "rows-of-others"),
        names="relation public.wingman_session_details",
    ),
    Illness(
        "a function changed",
        plant="alter function session_api.my_match_ids() security definer",
        mend="alter function session_api.my_match_ids() security invoker",
        found=("changed",),
        names="function session_api.my_match_ids()",
    ),
    Illness(
        "a function gone",
        plant="drop function public.chat_message_page",
        mend=policy_file("chat_messages"),
        found=("missing", "schema-cache"),
        names="function public.chat_message_page",
    ),
    Illness(
        "a function that writes gone",
        plant="drop function public.confirm_wingman_session(uuid, uuid)",
        mend=policy_file("wingman_sessions"),
        found=("missing", "schema-cache"),
        names="function public.confirm_wingman_session",
    ),
    Illness(
        "a trigger switched off",
        plant="alter table public.chat_messages disable trigger number_chat_message",
        mend="alter table public.chat_messages enable trigger number_chat_message",
        found=("changed",),
        names="trigger number_chat_message on public.chat_messages",
    ),
    Illness(
        "a chat session that counts wrongly",
        plant="update public.chat_sessions set message_count = message_count + 2",
        mend="update public.chat_sessions as session set message_count ="
        " (select count(*) from public.chat_messages where session_id = session.id)",
        found=("chat-counters",),
        names="message_count is not the number of messages",
    ),
    Illness(
        "messages with a gap",
        plant="update public.chat_messages set message_order = message_order + 5"
        " where message_order > 1",
        mend="update public.chat_messages set message_order = message_order - 5"
        " where message_order > 5",
        found=("chat-counters",),
        names="message_order is not 1…n in 1 chat session",
    ),
    Illness(
        "a trigger gone",
        plant="drop trigger claim_idempotency_key on public.wingman_sessions",
        mend="create or replace trigger claim_idempotency_key before insert"
        " on public.wingman_sessions for each row"
        " execute function session_api.claim_idempotency_key()",
        found=("missing",),
        names="trigger claim_idempotency_key on public.wingman_sessions",
    ),
    Illness(
        "a column gone",
        plant="alter table public.session_api_idempotency_keys drop column answer cascade",
        mend="alter table public.session_api_idempotency_keys"
        " add column if not exists answer jsonb;"
        " grant select (answer), update (answer)"
        " on public.session_api_idempotency_keys to session_api;"
        " create or replace trigger stay_erased"
        " before update on public.session_api_idempotency_keys"
        " for each row when (old.answer = '{}') execute function session_api.stay_erased()",
        found=("missing", "grant-missing", "schema-cache"),
        names="column public.session_api_idempotency_keys.answer",
    ),
    Illness(
        "a column that may be null",
        plant="alter table public.chat_sessions alter column title drop not null",
        mend="alter table public.chat_sessions alter column title set not null",
        found=("changed",),
        names="column public.chat_sessions.title",
    ),
    Illness(
        "a column with another default",
        plant="alter table public.chat_sessions alter column message_count set default 1",
        mend="alter table public.chat_sessions alter column message_count set default 0",
        found=("changed",),
        names="column public.chat_sessions.message_count",
    ),
    Illness(
        "a column of another type",
        plant="alter table public.study_documents alter column file_name type varchar(9000)",
        mend="alter table public.study_documents alter column file_name type text",
        found=("changed",),
        names="column public.study_documents.file_name",
    ),
    Illness(
        "a constraint gone",
        plant="alter table public.wingman_sessions"
        " drop constraint wingman_sessions_completed_iff_confirmed",
        mend="select",
        found=("missing",),
        names="constraint wingman_sessions_completed_iff_confirmed on public.wingman_sessions",
    ),
    Illness(
        "a constraint loosened",
        plant="alter table public.wingman_sessions"
        " drop constraint wingman_sessions_match_id_fkey,"
        " add constraint wingman_sessions_match_id_fkey"
        " foreign key (match_id) references public.wingman_matches (id)",
        mend="select",
        found=("changed",),
        names="constraint wingman_sessions_match_id_fkey on public.wingman_sessions",
    ),
    Illness(
        "an index gone",
        plant="drop index public.wingman_sessions_one_active_per_match",
        mend=ONE_ACTIVE,
        found=("missing",),
        names="index public.wingman_sessions_one_active_per_match on public.wingman_sessions",
    ),
    Illness(
        "an index loosened",
        plant="drop index public.wingman_sessions_one_active_per_match;"
        " create index wingman_sessions_one_active_per_match"
        " on public.wingman_sessions (match_id)",
        mend=ONE_ACTIVE,
        found=("changed",),
        names="index public.wingman_sessions_one_active_per_match on public.wingman_sessions",
    ),
]
