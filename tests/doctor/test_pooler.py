"""PostgREST behind pgbouncer: the doctor notices prepared statements that get lost."""

import pytest

from tests.database.pgbouncer import pgbouncer, pooled_postgrest, switch
from tests.database.test_pooler import DOCUMENTED
from tests.doctor.conftest import Patient

SHORT = {"PGRST_DB_CHANNEL_ENABLED": "false", "PGRST_DB_POOL_ACQUISITION_TIMEOUT": "1"}
"""Such a PostgREST loses connections of its pool as well, and waits for them."""


def test_postgrest_with_prepared_statements(patient: Patient) -> None:
    with (
        pgbouncer(patient.stack, "session", 3) as url,
        pooled_postgrest(patient.stack, url, **SHORT) as postgrest,
    ):
        switch(url, "transaction")  # in that mode it does not always start
        found = patient.findings(postgrest_url=postgrest, database=None)
    assert {it.fault for it in found} == {"pooler-prepared"}
    assert "PGRST_DB_PREPARED_STATEMENTS=false" in found[0].remedy


@pytest.mark.parametrize(
    ("mode", "settings"), [("transaction", DOCUMENTED), ("session", {})], ids=str
)
def test_postgrest_as_documented(patient: Patient, mode: str, settings: dict[str, str]) -> None:
    with (
        pgbouncer(patient.stack, mode, 12) as url,
        pooled_postgrest(patient.stack, url, **settings) as postgrest,
    ):
        assert patient.findings(postgrest_url=postgrest, database=None) == []
