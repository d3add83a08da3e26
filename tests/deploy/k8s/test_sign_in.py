"""Every service of a county is told whose tokens it believes, in words it understands; one that is not stays alone."""

import pytest

from doors.identity.opening import host_of
from schemas.base import SERVICES
from tests.deploy.k8s.objects import NAME, containers, labels, of_kind, services_of
from tests.deploy.k8s.rendered import K8S, OVERLAYS, objects_of
from tests.deploy.k8s.rules_settings import settings_of

COUNTIES = [one for one in OVERLAYS if one != "dev"]


def told(objects, one):
    """The settings of a service's pod that come from a ConfigMap or stand there."""
    maps = {each["metadata"]["name"]: each["data"] for each in of_kind(objects, "ConfigMap")}
    found = {}
    for each in containers(one)[0]["env"]:
        source = each.get("valueFrom", {}).get("configMapKeyRef")
        value = maps[source["name"]][source["key"]] if source else each.get("value")
        if value is not None and not value.startswith("/"):
            found[each["name"]] = value
    return found


def settings(objects, one, monkeypatch):
    service = labels(one)[NAME]
    every = {"POSTGRES": "postgresql://u@nowhere/x", "VAULT_KEY": "A" * 43 + "="}
    for name, value in (
        {f"{service.upper()}_{key}": each for key, each in every.items()} | told(objects, one)
    ).items():
        monkeypatch.setenv(name, value)
    return settings_of(service)()


@pytest.mark.parametrize("overlay", COUNTIES)
def test_each_service_of_a_county_believes_an_issuer_and_listens_to_others(overlay, monkeypatch):
    objects = objects_of(K8S / "overlays" / overlay)
    services = services_of(objects)

    found = [settings(objects, one, monkeypatch) for one in services]

    assert len(services) == 3 * len(SERVICES)
    assert {host_of(one) for one in found} == {("0.0.0.0", None)}
    assert len({(one.expected.issuer, one.expected.audience, one.oidc_jwks) for one in found}) == 1
    assert {one.expected.names.roles for one in found} == {"realm_access.roles"}


def test_where_nobody_can_sign_in_the_doors_stay_in_their_pods(monkeypatch):
    objects = objects_of(K8S / "overlays" / "dev")

    found = [settings(objects, one, monkeypatch) for one in services_of(objects)]

    assert {host_of(one)[0] for one in found} == {"127.0.0.1"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_pod_says_that_it_is_published_on_one_machine_only(overlay):
    objects = objects_of(K8S / "overlays" / overlay)

    assert not [
        each["name"]
        for one in services_of(objects)
        for each in containers(one)[0]["env"]
        if each["name"].endswith("_PUBLISHED_ON_LOOPBACK")
    ]


@pytest.mark.parametrize("overlay", COUNTIES)
def test_they_are_let_out_to_the_issuer_and_no_further(overlay):
    [policy] = [
        one
        for one in of_kind(objects_of(K8S / "overlays" / overlay), "NetworkPolicy")
        if one["metadata"]["name"] == "sign-in"
    ]

    [way] = policy["spec"]["egress"]
    assert policy["spec"]["policyTypes"] == ["Egress"]
    assert way["to"] == [{"namespaceSelector": {"matchLabels": {"fengqiao.io/role": "sign-in"}}}]
