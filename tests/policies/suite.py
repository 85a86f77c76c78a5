"""All checks. The mutation runner tries them against every mutant; pytest runs them as tests."""

from tests.policies import (
    access,
    complete,
    confirm,
    constraints,
    definitions,
    details,
    functions,
    idempotency,
    indexes,
    policies,
    roles,
    sorts,
)

SUITE = [
    *access.CHECKS,
    *policies.CHECKS,
    *roles.CHECKS,
    *functions.CHECKS,
    *idempotency.CHECKS,
    *details.CHECKS,
    *confirm.CHECKS,
    *sorts.CHECKS,
    *constraints.CHECKS,
    *indexes.CHECKS,
    *complete.CHECKS,
    *definitions.CHECKS,
]
