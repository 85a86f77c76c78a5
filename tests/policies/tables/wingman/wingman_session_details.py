from tests.policies.facts import Facts

FACTS = Facts(
    targets={"wingman_session_details": "{wingman}"},
    calls={"session_api.refuse_write()": "select session_api.refuse_write()"},
    triggers=("refuse_write",),
)
