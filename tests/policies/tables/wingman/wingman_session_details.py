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
    definitions="""
relation wingman_session_details: owner postgres persistence p identity n security_invoker=true
trigger refuse_write on wingman_session_details: O INSTEAD OF INSERT OR DELETE OR UPDATE ON public.wingman_session_details FOR EACH ROW EXECUTE FUNCTION session_api.refuse_write()
view wingman_session_details: sha256 8ba8e21ee7325e15
""",
)
