"""`make faults`: parts of a running site are taken away under load, and the books are compared.

Not a part of the test suite: it takes minutes. The same must hold there, without load:
`tests/database/test_outage.py`, `tests/http/test_idempotency.py`.
"""
