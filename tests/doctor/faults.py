"""Faults of a database: how each comes about, what is found, and how it is mended."""

from dataclasses import dataclass
from typing import Final

from api.doctor.findings import Fault
from api.local.policies import SUPABASE


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
        return self.found[0] not in ("missing", "changed") or "trigger" in self.name


def policy_file(name: str) -> str:
    """What a person would replay."""
    return (SUPABASE / "policies" / f"{name}.sql").read_text()


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
        plant="grant execute on function public.session_exists(text, uuid) to public",
        mend="revoke execute on function public.session_exists(text, uuid) from public",
        found=("grant-undeclared", "anon-reads"),
        names="public.session_exists(text,uuid)",
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
        plant="alter function private.my_match_ids() security definer",
        mend="alter function private.my_match_ids() security invoker",
        found=("changed",),
        names="function private.my_match_ids()",
    ),
    Illness(
        "a function gone",
        plant="drop function public.chat_message_page(uuid, bigint, integer, boolean)",
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
        "a trigger gone",
        plant="drop trigger claim_idempotency_key on public.wingman_sessions",
        mend="create or replace trigger claim_idempotency_key before insert"
        " on public.wingman_sessions for each row execute function private.claim_idempotency_key()",
        found=("missing",),
        names="trigger claim_idempotency_key on public.wingman_sessions",
    ),
]
