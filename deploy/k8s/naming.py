"""What things are called in a cluster: one word for a service of a tier, and the labels everything carries."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.base import SERVICES, Service, Tier

Object = dict[str, Any]
"""One Kubernetes object."""
CLUSTER = "fengqiao"
"""The Kafka cluster; its bootstrap Service is `fengqiao-kafka-bootstrap`."""
KAFKA_PORT = 9093
"""The only listener: TLS, and who connects shows a certificate."""
CLUSTER_CA = f"{CLUSTER}-cluster-ca-cert"
"""The Secret in which the operator of Kafka keeps the certificate of its authority."""


def workload(tier: Tier, service: Service) -> str:
    """The word for a service of a tier: its Deployment, consumer group, principal and Secret."""
    return f"{tier}-{service}"


def database(tier: Tier, service: Service) -> str:
    """What its database cluster is called.

    Not the word itself: the operator of the databases makes a ServiceAccount and disruption budgets of the cluster's
    name, and would write over the workload's.
    """
    return f"{workload(tier, service)}-postgres"


def workloads(tier: Tier) -> Iterator[tuple[Service, str]]:
    """The services of a tier with their words."""
    return ((service, workload(tier, service)) for service in SERVICES)


def labels(component: str, tier: Tier | None = None, service: str | None = None) -> dict[str, str]:
    """What every object of ours is found by."""
    found = {"app.kubernetes.io/part-of": "fengqiao", "app.kubernetes.io/component": component}
    if service:
        found["app.kubernetes.io/name"] = service
    if tier:
        found["fengqiao.io/tier"] = tier
    return found


def metadata(name: str, labelled: Mapping[str, str]) -> Object:
    """Name and labels."""
    return {"name": name, "labels": dict(labelled)}


def appended(kind: str, name: str, path: str, values: Iterable[Object]) -> Object:
    """A patch that puts values at the end of a list of one object, where that is there; else it does nothing."""
    steps = [json.dumps({"op": "add", "path": f"{path}/-", "value": one}) for one in values]
    return {"target": {"kind": kind, "name": name}, "patch": "".join(f"- {one}\n" for one in steps)}


def pods(tier: Tier, service: Service, component: str = "service") -> Object:
    """Selects the pods of a service of a tier, and no others."""
    return {
        "matchLabels": {
            "app.kubernetes.io/name": service,
            "app.kubernetes.io/component": component,
            "fengqiao.io/tier": tier,
        }
    }
