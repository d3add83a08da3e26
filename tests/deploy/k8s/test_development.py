"""The development overlay is whole in itself: broker, database and what everybody is told of them fit together."""

import base64
from pathlib import Path

import pytest
import yaml

from deploy.local import kafka
from messaging.settings import is_dsn
from services.intake.settings import KEY_BYTES
from tests.builders import ROOT
from tests.deploy.k8s.objects import containers, mentioned, of_kind
from tests.deploy.k8s.rendered import K8S, TIERS, objects_of
from tests.deploy.k8s.test_manifests import OF_KUBERNETES

SERVICES = ("intake", "routing", "followup", "metrics")
PLACES = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs"}
"""Settings of a broker that say where it is."""


@pytest.fixture
def objects():
    return objects_of(K8S / "overlays" / "dev")


def secrets(objects, ending):
    """What the Secrets have whose names end so, before their hash: word → content."""
    found = {one["metadata"]["name"].rpartition("-")[0]: one["data"] for one in of_kind(objects, "Secret")}
    return {
        name.removesuffix(ending): {key: base64.b64decode(value).decode() for key, value in data.items()}
        for name, data in found.items()
        if name.endswith(ending)
    }


def test_it_needs_no_operator_of_any_kind(objects):
    assert [one for one in objects if not OF_KUBERNETES.match(one["apiVersion"])] == []


@pytest.mark.parametrize(
    ("ending", "role", "password"), [("-app", "", "password"), ("-door", "_door", "doors")]
)
def test_each_service_logs_into_its_own_database_as_the_server_knows_it(objects, ending, role, password):
    [server] = secrets(objects, "postgres").values()
    uris = {word: one["uri"] for word, one in secrets(objects, ending).items()}

    assert uris == {
        f"{tier}-{service}": f"postgresql://{service}_{tier}{role}:{server[password]}@postgres:5432/{service}_{tier}"
        for tier in TIERS
        for service in SERVICES
    }
    assert all(map(is_dsn, uris.values()))
    assert len(set(server.values())) == len(server)


def test_each_vault_has_a_key_of_its_own_and_of_the_right_size(objects):
    keys = [base64.b64decode(one["key"], validate=True) for one in secrets(objects, "-intake-vault").values()]

    assert {len(one) for one in keys} == {KEY_BYTES}
    assert len(set(keys)) == len(TIERS)


@pytest.mark.parametrize(("name", "port"), [("kafka", 9092), ("postgres", 5432)])
def test_what_everybody_is_told_of_is_a_service_that_leads_to_its_one_pod(objects, name, port):
    service = mentioned(objects, "Service", name)["spec"]
    server = mentioned(objects, "StatefulSet", name)["spec"]
    [named] = [one for part in server["template"]["spec"]["containers"] for one in part["ports"]]

    assert [one["port"] for one in service["ports"]] == [port]
    assert (service["ports"][0]["targetPort"], named["containerPort"]) == (named["name"], port)
    assert (server["serviceName"], server["replicas"]) == (name, 1)


def test_its_broker_is_set_as_the_one_of_a_laptop_is(objects):
    [server] = [
        one for one in of_kind(objects, "ConfigMap") if one["metadata"]["name"].startswith("kafka-server-")
    ]
    here = settings(server["data"]["server.properties"])
    there = settings(kafka._properties(Path("/log"), 9092, 9093))

    assert {key: there.get(key) for key in here if key not in PLACES} == {
        key: value for key, value in here.items() if key not in PLACES
    }
    assert here["advertised.listeners"] == "PLAINTEXT://kafka:9092"
    assert set(here) >= PLACES | {"process.roles", "node.id", "auto.create.topics.enable"}


@pytest.mark.parametrize("name", ["kafka", "postgres"])
def test_brokers_and_databases_are_the_ones_of_a_laptop_to_the_byte(objects, name):
    laptop = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]

    [container] = containers(mentioned(objects, "StatefulSet", name))

    assert "@sha256:" in container["image"]
    assert container["image"] == laptop[name]["image"]


def settings(text):
    """A file of properties."""
    lines = [one for one in text.splitlines() if one and not one.startswith("#")]
    return dict(one.split("=", 1) for one in lines)
