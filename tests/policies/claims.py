"""Checks: who the caller is depends on `sub` alone, whatever else comes with a request.

Hypothesis draws what a user may bring along (other claims, headers, cookies, a time zone) and what
a connection may have been set to. The same rows are read, changed and deleted as with `sub` alone,
and no policy ends in an error: one error would stop a subscriber's, or everybody's, live changes.
"""

import json
from functools import partial
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from tests.policies.actors import (
    API_OWNER,
    API_PARTICIPANT,
    API_STRANGER,
    OWNER,
    PARTICIPANT,
    STRANGER,
    Actor,
)
from tests.policies.cells import COLUMNS, GRANTS, VIEWS
from tests.policies.check import Check
from tests.policies.step import DENIED, execute, refusal, savepoint
from tests.policies.world import IDS

_EXAMPLES = 15
_SUBJECTS = (OWNER, PARTICIPANT, STRANGER, API_OWNER, API_PARTICIPANT, API_STRANGER)

_ids = st.sampled_from([*IDS.values(), "", "null", "no id"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _ids,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_ids, inner, max_size=2),
    max_leaves=5,
)
# what somebody could take for the caller, and what GoTrue and PostgREST put into claims
CLAIMS: Final = st.dictionaries(
    st.sampled_from(
        [
            "role",
            "user_id",
            "uid",
            "id",
            "email",
            "aud",
            "iss",
            "act",
            "azp",
            "subject",
            "Sub",
            "SUB",
            "claims",
            "app_metadata",
            "user_metadata",
            "session_id",
            "is_anonymous",
            "aal",
            "exp",
            "iat",
            "jti",
            "https://x/sub",
        ]
    ),
    _json | st.fixed_dictionaries({"sub": _ids, "user_id": _ids, "role": st.just("service_role")}),
    max_size=4,
)
HEADERS: Final = st.dictionaries(
    st.sampled_from(
        [
            "x-user-id",
            "x-test-user-id",
            "x-forwarded-user",
            "x-role",
            "x-supabase-user",
            "x-hasura-user-id",
            "x-jwt",
            "x-debug",
            "sub",
            "cookie",
            "idempotency-fingerprint",
        ]
    ),
    _ids,
    max_size=3,
)
_SETTINGS: Final = {
    "request.headers": HEADERS.map(json.dumps),
    "request.cookies": HEADERS.map(json.dumps),
    "request.method": st.sampled_from(["GET", "PUT", "DELETE", ""]),
    "request.path": st.sampled_from(["/", "/chat_messages", "/rpc/x", ""]),
    # PostgREST's older form, of which a function may still be fond
    "request.jwt.claim.sub": _ids,
    "request.jwt.claim.role": st.sampled_from(["service_role", "anon", ""]),
    "request.header.x_user_id": _ids,
    "request.jwt": _ids,
    "app.user_id": _ids,
    "app.current_user_id": _ids,
    "search_path": st.sampled_from(["", "auth", "public, pg_catalog", "pg_temp, public"]),
    "timezone": st.sampled_from(["Asia/Tokyo", "America/New_York", "UTC", "+14"]),
    "datestyle": st.sampled_from(["SQL, DMY", "German", "ISO, YMD"]),
    "intervalstyle": st.sampled_from(["iso_8601", "sql_standard"]),
    "transform_null_equals": st.sampled_from(["on", "off"]),
    "standard_conforming_strings": st.sampled_from(["on", "off"]),
    "backslash_quote": st.sampled_from(["on", "off"]),
    "extra_float_digits": st.sampled_from(["-15", "3"]),
    "client_encoding": st.sampled_from(["UTF8", "LATIN1"]),
    "enable_seqscan": st.sampled_from(["on", "off"]),
    "enable_indexscan": st.sampled_from(["on", "off"]),
    "plan_cache_mode": st.sampled_from(["force_generic_plan", "force_custom_plan"]),
    "jit": st.sampled_from(["on", "off"]),
}
_settings: Any = st.fixed_dictionaries({}, optional=_SETTINGS)


def _statement(role: str) -> str:
    """Write one statement that counts by table what the role reads, changes and deletes."""
    parts, counts = [], []
    for table in COLUMNS:
        column = next((it for it in COLUMNS[table] if (table, "update", it, role) in GRANTS), None)
        forms = {
            "select": f"select id from public.{table}",
            # a table is changed once in a statement: what may be deleted is deleted
            "delete": f"delete from public.{table} returning id",
            "update": f'update public.{table} set "{column}" = "{column}" returning id',
        }
        if (table, "select", "id", role) in GRANTS:
            parts.append(f"r_{table} as ({forms['select']})")
            counts.append(f"'read {table}', (select array_agg(id order by id) from r_{table})")
        if table in VIEWS:
            continue
        if (table, "delete", None, role) in GRANTS:
            parts.append(f"w_{table} as ({forms['delete']})")
        elif column is not None:
            parts.append(f"w_{table} as ({forms['update']})")
        else:
            continue
        counts.append(f"'write {table}', (select array_agg(id order by id) from w_{table})")
    return f"with {', '.join(parts)} select json_build_object({', '.join(counts)})"


_STATEMENTS = {role: _statement(role) for role in ("authenticated", "session_api")}


def _reached(
    db: Connection, actor: Actor, claims: str | None = None, settings: dict[str, str] | None = None
) -> Any:
    with savepoint(db):
        for name, value in (settings or {}).items():
            db.execute("select set_config(%s, %s, true)", [name, value])
        execute(db, f"set local role {actor.role}")
        alone = json.dumps({"sub": actor.sub})
        db.execute("select set_config('request.jwt.claims', %s, true)", [claims or alone])
        return execute(db, _STATEMENTS[actor.role])


def _depends_on_sub_alone(actor: Actor, db: Connection) -> None:
    alone = _reached(db, actor)

    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(CLAIMS, st.sampled_from([*IDS.values()]), _settings, st.booleans())
    def examples(
        claims: dict[str, Any], other: str, given_settings: dict[str, str], is_first: bool
    ) -> None:
        said = [*claims.items(), ("sub", actor.sub)]
        # of two keys the last counts, for Postgres as for PostgREST
        said = [("sub", other), *said] if is_first else said
        text = f"{{{', '.join(f'{json.dumps(key)}: {json.dumps(it)}' for key, it in said)}}}"
        assert _reached(db, actor, text, given_settings) == alone, (text, given_settings)

    examples()


_NOBODY: Final = [
    text.replace("ME", IDS["owner"])
    for text in (
        "null",
        "[]",
        "7",
        '"x"',
        "{",
        "",
        "{}",
        '{"sub": null}',
        '{"sub": []}',
        '{"sub": {}}',
        '{"sub": true}',
        '{"sub": 1e400}',
        '{"sub": 12345678901234567890123456789012}',
        '{"sub": "me"}',
        '{"SUB": "ME"}',
        '{"sub": ["ME"]}',
        '{"sub": "ME\\u0000"}',
        '{"sub": "ME", "sub": 7}',
        '{"claims": {"sub": "ME"}}',
        '[{"sub": "ME"}]',
        f'{{"sub": "ME", "x": {"[" * 50_000}',
        f'{{"sub": "{"f" * 1_000_000}"}}',
    )
]


def _nobody_has_nothing(role: str, db: Connection) -> None:
    """Claims that name no user see what a token without `sub` sees, without an error."""
    nobody = Actor("nobody", role)
    nothing = _reached(db, nobody, "{}")
    assert nothing != _reached(db, OWNER if role == "authenticated" else API_OWNER)
    for claims in _NOBODY:
        assert _reached(db, nobody, claims) == nothing, claims[:100]


def _row_security_cannot_be_off(role: str, db: Connection) -> None:
    """With `row_security` off, a read is refused instead of returning every row."""
    with savepoint(db):
        execute(db, f"set local row_security = off; set local role {role}")
        for table in COLUMNS:
            if (table, "select", "id", role) in GRANTS:
                refused = refusal(db, f"select id from public.{table}")
                assert refused == (DENIED, None), (table, refused)


CHECKS = [
    *(
        Check(
            f"{actor.name} by sub alone",
            frozenset({"session_api.caller_id"}),
            partial(_depends_on_sub_alone, actor),
        )
        for actor in _SUBJECTS
    ),
    *(
        Check(
            f"{run.__name__.replace('_', ' ').strip()}: {role}",
            frozenset({"session_api.caller_id"}),
            partial(run, role),
        )
        for role in _STATEMENTS
        for run in (_nobody_has_nothing, _row_security_cannot_be_off)
    ),
]
