from tests.policies.facts import Facts

FACTS = {
    "session_api_idempotency_keys": Facts(
        rows="""
insert into public.session_api_idempotency_keys (id, user_id, key, fingerprint, row_id) values
  ('{idempotency}', '{owner}', repeat('a', 64), repeat('a', 64), '{absent}');
""",
        insert={
            "user_id": "'{owner}'",
            "key": "repeat('b', 64)",
            "fingerprint": "repeat('b', 64)",
            "row_id": "'{absent}'",
        },
        update={"answer": "'{\"new\": 1}'::jsonb"},
        calls={
            "session_api.caller_id()": "select from session_api.caller_id() as id where id is not null",
            "session_api.claim_idempotency_key()": "select session_api.claim_idempotency_key()",
            "session_api.erase_answers()": "select session_api.erase_answers()",
            "session_api.is_bounded_read()": "select where session_api.is_bounded_read()",
            "session_api.is_not_estimated()": "select where session_api.is_not_estimated()",
            "session_api.publish(regclass)": "select session_api.publish('public.session_api_idempotency_keys')",
            "session_api.set_updated_at()": "select session_api.set_updated_at()",
            "session_api.stay_erased()": "select session_api.stay_erased()",
        },
        values="""
session_api_idempotency_keys_key_hashed | key | repeat('0', 64) ; repeat('f', 64) | '' ; repeat('0', 63) ; repeat('0', 65) ; repeat('g', 64) ; repeat('F', 64)
session_api_idempotency_keys_fingerprint_hashed | fingerprint | repeat('0', 64) ; repeat('f', 64) | '' ; repeat('0', 63) ; repeat('0', 65) ; repeat('g', 64) ; repeat('F', 64)
""",
        unique="""
session_api_idempotency_keys_once | insert into public.session_api_idempotency_keys (user_id, key, fingerprint, row_id) values ('{owner}', repeat('a', 64), repeat('b', 64), '{absent}')
""",
        triggers=("stay_erased",),
        definitions="""
column session_api_idempotency_keys.answer: jsonb
column session_api_idempotency_keys.fingerprint: text not null
column session_api_idempotency_keys.key: text not null
column session_api_idempotency_keys.row_id: uuid not null
constraint session_api_idempotency_keys_fingerprint_hashed on session_api_idempotency_keys: CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text))
constraint session_api_idempotency_keys_key_hashed on session_api_idempotency_keys: CHECK ((key ~ '^[0-9a-f]{64}$'::text))
constraint session_api_idempotency_keys_once on session_api_idempotency_keys: UNIQUE (user_id, key)
index session_api_idempotency_keys_once on session_api_idempotency_keys: USING btree (user_id, key) unique
index session_api_idempotency_keys_row_id_idx on session_api_idempotency_keys: USING btree (row_id)
index session_api_idempotency_keys_user_id_created_at_idx on session_api_idempotency_keys: USING btree (user_id, created_at)
trigger stay_erased on session_api_idempotency_keys: O BEFORE UPDATE ON public.session_api_idempotency_keys FOR EACH ROW WHEN ((old.answer = '{}'::jsonb)) EXECUTE FUNCTION session_api.stay_erased()
""",
    ),
}
