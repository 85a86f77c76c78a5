"""Mutants that no check can tell from the original: each with the reason. Each must survive."""

_SAME = "an update policy without `with check` checks the new row by `using`, which says the same"

EQUIVALENT = {
    "with check dropped: update_joined on wingman_sessions": _SAME,
    "with check dropped: update_own on session_api_idempotency_keys": _SAME,
    "with check dropped: update_own on job_postings": _SAME,
    "with check dropped: update_own on study_sessions": _SAME,
    "with check dropped: update_self on user_profiles": _SAME,
    "policy participants swapped: select_joined on wingman_matches using 3": (
        "user 1 or user 2 is the caller: with both swapped it says the same"
    ),
}
