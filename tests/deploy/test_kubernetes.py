"""The manifests of `deploy/kubernetes`: valid by Kubernetes' schema, with settings that exist."""

from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from api.settings import Settings

MANIFESTS = sorted(Path(__file__).parents[2].glob("deploy/kubernetes/*.yaml"))
RESOURCES = [
    pytest.param(resource, id=f"{path.name}:{resource['kind']}")
    for path in MANIFESTS
    for resource in yaml.safe_load_all(path.read_text())
]


@pytest.mark.parametrize("resource", RESOURCES)
def test_schema(resource: dict[str, object]) -> None:
    kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)


def test_settings() -> None:
    config_maps = [
        it
        for path in MANIFESTS
        for it in yaml.safe_load_all(path.read_text())
        if it["kind"] == "ConfigMap"
    ]
    names = {name for it in config_maps for name in it["data"]}
    assert "SUPABASE_URL" in names
    assert names <= {name.upper() for name in Settings.model_fields}
