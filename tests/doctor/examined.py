"""What an examination of a deployment says, by the names of its checks."""

from api.doctor.findings import Check
from local.addresses import HOST, free_port
from tests.doctor.conftest import Patient

BEHIND_POSTGREST = {"pooler", "schema", "helpers' schema", "visitors", "publishable key", "clock"}


def nowhere() -> str:
    """An address where nothing listens."""
    return f"http://{HOST}:{free_port()}"


def origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def skipped(checks: list[Check]) -> set[str]:
    """What was not checked, and so is neither well nor ill."""
    return {check.name for check in checks if check.skipped}


def faults(patient: Patient, **options: object) -> set[str]:
    return {finding.fault for finding in patient.findings(**options)}
