"""Topics, principals with what they may do, and how a workload shows who it is, as Strimzi's objects."""

from collections.abc import Iterable
from typing import Any

from deploy.k8s.naming import CLUSTER, CLUSTER_CA, Object, appended, labels, metadata, workloads
from deploy.topics import settings
from schemas.base import Service, Tier
from schemas.permissions import OPERATOR, SCALER, Permissions, heard, of_operator, of_scaler, of_tier
from schemas.topics import TOPICS, Topic

API = "kafka.strimzi.io/v1"
REPLICAS = 3
FOLDER = "/etc/fengqiao-kafka"
_OF_CLUSTER = {"strimzi.io/cluster": CLUSTER}


def topics(tier: Tier) -> list[Object]:
    """The topics of a tier, as the table says."""
    return [_topic(one) for one in TOPICS.values() if one.tier == tier]


def _topic(topic: Topic) -> Object:
    # Both numbers of the table fit; an unclean leader would take back what was acknowledged.
    config = {**settings(topic, REPLICAS), "unclean.leader.election.enable": "false"}
    return {
        "apiVersion": API,
        "kind": "KafkaTopic",
        "metadata": metadata(topic.name, labels("kafka", topic.tier, topic.flow.writer) | _OF_CLUSTER),
        "spec": {"partitions": topic.partitions, "replicas": REPLICAS, "config": config},
    }


def users(tier: Tier) -> list[Object]:
    """The principals of a tier, with what they may do where no other tier is."""
    return [_user(name, found, tier) for name, found in of_tier(tier, (tier,)).items()]


def overseers() -> list[Object]:
    """The principals that belong to no tier; each tier lets them see what is its own."""
    return [_user(SCALER, frozenset()), _user(OPERATOR, frozenset())]


def overseen(tier: Tier) -> list[Object]:
    """Patches: what they see of a tier."""
    return [_more(SCALER, of_scaler((tier,))), _more(OPERATOR, of_operator((tier,)))]


def hearing(tier: Tier) -> list[Object]:
    """Patches: what those of other tiers may do because this one is there; of a tier that is not there, nothing."""
    return [_more(name, found) for name, found in heard(tier).items()]


def _more(name: str, found: Permissions) -> Object:
    return appended("KafkaUser", name, "/spec/authorization/acls", _acls(found))


def _user(name: str, found: Permissions, tier: Tier | None = None) -> Object:
    service = name.removeprefix(f"{tier}-") if tier else name
    return {
        "apiVersion": API,
        "kind": "KafkaUser",
        "metadata": metadata(name, labels("kafka", tier, service) | _OF_CLUSTER),
        "spec": {
            "authentication": {"type": "tls"},
            "authorization": {"type": "simple", "acls": list(_acls(found))},
        },
    }


def _acls(found: Permissions) -> Iterable[Object]:
    resources = sorted({(one.kind, one.name) for one in found}, key=lambda one: (one[0] != "topic", one[1]))
    for kind, name in resources:
        yield {
            "resource": {"type": kind, "name": name, "patternType": "literal"},
            "operations": sorted(one.operation for one in found if (one.kind, one.name) == (kind, name)),
        }


def identities(tier: Tier) -> list[Object]:
    """Patches: each workload of a tier shows its own certificate."""
    return [_identity(service, name) for service, name in workloads(tier)]


def _identity(service: Service, name: str) -> Object:
    files = {"CA": "ca.crt", "CERT": "user.crt", "KEY": "user.key"}
    env: list[Any] = [
        {"name": f"{service.upper()}_KAFKA_TLS_{setting}", "value": f"{FOLDER}/{file}"}
        for setting, file in files.items()
    ]
    sources = [_secret(CLUSTER_CA, "ca.crt"), _secret(name, "user.crt", "user.key")]
    container = {
        "name": service,
        "env": env,
        "volumeMounts": [{"name": "kafka", "mountPath": FOLDER, "readOnly": True}],
    }
    volume = {"name": "kafka", "projected": {"defaultMode": 0o440, "sources": sources}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"template": {"spec": {"containers": [container], "volumes": [volume]}}},
    }


def _secret(name: str, *files: str) -> Object:
    return {"secret": {"name": name, "items": [{"key": one, "path": one} for one in files]}}
