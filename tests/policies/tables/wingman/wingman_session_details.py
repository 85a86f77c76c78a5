from tests.policies.facts import Facts

FACTS = Facts(
    targets={"wingman_session_details": "{wingman}"},
    calls={
        "session_api.refuse_write()": "select session_api.refuse_write()",
        "session_api.wingman_session_version(text, boolean, boolean, text, text)": """
        select from session_api.wingman_session_version('scheduled', false, false, null, null)
""",
    },
    triggers=("refuse_write",),
)
