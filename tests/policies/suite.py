"""All checks of what is installed: the mutation runner's, and pytest's as tests."""

from tests.installed import ALL_ARE
from tests.policies import (
    access,
    bounds,
    chat,
    claims,
    complete,
    complete_roles,
    constraints,
    definitions,
    details,
    functions,
    idempotency,
    indexes,
    interview,
    life,
    meanings,
    policies,
    roles,
    sorts,
    wingman,
)
from tests.policies.check import Check
from tests.policies.tables import UNIT_OF, is_installed

_ALL = [
    *access.CHECKS,
    *policies.CHECKS,
    *roles.CHECKS,
    *functions.CHECKS,
    *bounds.CHECKS,
    *idempotency.CHECKS,
    *chat.CHECKS,
    *interview.CHECKS,
    *wingman.CHECKS,
    *details.CHECKS,
    *life.CHECKS,
    *claims.CHECKS,
    *sorts.CHECKS,
    *constraints.CHECKS,
    *indexes.CHECKS,
    *meanings.CHECKS,
    *complete.CHECKS,
    *complete_roles.CHECKS,
    # they compare whole files, which speak of every kind
    *(definitions.CHECKS if ALL_ARE else []),
]
_ABSENT = {name.partition("(")[0] for name in UNIT_OF if not is_installed(name)}

SUITE: list[Check] = [check for check in _ALL if not check.about & _ABSENT]
