"""The component for traces tells every service where they go, in words the services understand, and lets them out."""

import os

import pytest
import yaml

from messaging.tracing_settings import tracing_settings
from tests.builders import ROOT
from tests.deploy.k8s.objects import containers, of_kind, services_of
from tests.deploy.k8s.rendered import K8S, objects_of

DOCUMENTED = ROOT / "docs" / "operate" / "traces.md"


@pytest.fixture
def traced(tmp_path):
    """The county of the dev overlay with what the runbook says goes into an overlay."""
    text = DOCUMENTED.read_text(encoding="utf-8").partition("<!-- test: overlay -->")[2]
    said = yaml.safe_load(text.partition("```yaml")[2].partition("```")[0])

    def at(*parts):
        return os.path.relpath(K8S.joinpath("overlays", "any", *parts).resolve(), tmp_path.resolve())

    whole = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "fengqiao-dev",
        "resources": [at("../dev")],
        **said,
        "components": [at(one) for one in said["components"]],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(whole))
    return objects_of(tmp_path)


def told(objects, part):
    """The variables of traces that a container gets."""
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(objects, "ConfigMap")}
    given = {one["name"]: one["value"] for one in part.get("env", ()) if "value" in one}
    for source in part.get("envFrom", ()):
        given |= maps[source["configMapRef"]["name"]]
    return {name: value for name, value in given.items() if name.startswith("OTEL_")}


@pytest.mark.wide
def test_each_service_is_told_and_understands_it(traced):
    services = services_of(traced)

    given = [told(traced, part) for one in services for part in containers(one)]

    assert len(services) == 12
    assert {tracing_settings(one).share for one in given} == {0.01}
    assert {one["OTEL_RESOURCE_ATTRIBUTES"] for one in given} == {"k8s.pod.name=$(POD)"}


@pytest.mark.wide
def test_they_are_let_out_to_the_collector_and_nowhere_else(traced):
    before = of_kind(objects_of(K8S / "overlays" / "dev"), "NetworkPolicy")

    [added] = [one for one in of_kind(traced, "NetworkPolicy") if one not in before]

    [way] = added["spec"]["egress"]
    assert added["spec"]["policyTypes"] == ["Egress"]
    assert way["to"] == [{"namespaceSelector": {"matchLabels": {"fengqiao.io/role": "tracing"}}}]
    assert way["ports"] == [{"protocol": "TCP", "port": 4318}]


def test_without_the_component_nobody_is_told():
    objects = objects_of(K8S / "overlays" / "dev")

    assert not any(told(objects, part) for one in services_of(objects) for part in containers(one))
