"""Finding one's way in rendered objects: names, labels, what a selector matches, whose pods there are."""

from dataclasses import dataclass
from typing import Any

from schemas.base import TIERS, height

NAME, TIER = "app.kubernetes.io/name", "fengqiao.io/tier"
PART, COMPONENT = "app.kubernetes.io/part-of", "app.kubernetes.io/component"
OURS = ("service", "migration", "topics")
LASTING = ("Deployment", "StatefulSet")
RUNNING = (*LASTING, "Job")


def of_kind(objects, *kinds):
    """Those objects that are of these kinds."""
    return [one for one in objects if one["kind"] in kinds]


def title(one):
    """An object in a complaint."""
    return f"{one['kind']} {one['metadata']['name']}"


def labels(one):
    """An object's labels."""
    return one["metadata"].get("labels", {})


def pod(one):
    """The pod a workload makes: its specification."""
    return one["spec"]["template"]["spec"]


def pod_labels(one):
    """The labels of the pods a workload makes."""
    return one["spec"]["template"]["metadata"].get("labels", {})


def containers(one):
    """All containers of a workload's pods."""
    return [*pod(one).get("initContainers", ()), *pod(one)["containers"]]


def services_of(objects):
    """The Deployments of the product's services."""
    return [one for one in of_kind(objects, "Deployment") if labels(one).get(COMPONENT) == "service"]


def told_of(one):
    """The tiers of its county, as a service is told."""
    said = [
        each["value"] for part in containers(one) for each in part["env"] if each["name"] == "COUNTY_TIERS"
    ]
    return frozenset(said[0].split(",") if said else TIERS)


def tiers_of(objects):
    """The tiers this county has, as everybody is told, the uppermost first."""
    return sorted(told_of(services_of(objects)[0]), key=height, reverse=True)


def migrations_of(objects):
    """The Jobs that migrate."""
    return [one for one in of_kind(objects, "Job") if labels(one).get(COMPONENT) == "migration"]


def workloads_of(objects):
    """Everything that makes pods of our image."""
    return [one for one in of_kind(objects, *RUNNING) if labels(one).get(COMPONENT) in OURS]


def matches(selector, found):
    """Whether a label selector matches labels; an empty one matches all, as in Kubernetes."""
    wanted = selector.get("matchLabels", {})
    return all(found.get(key) == value for key, value in wanted.items()) and all(
        _expression(one, found) for one in selector.get("matchExpressions", ())
    )


def _expression(one, found):
    if one["operator"] not in {"In", "NotIn"}:
        raise AssertionError(f"a selector uses {one['operator']}, which these tests cannot judge")
    return (found.get(one["key"]) in one["values"]) == (one["operator"] == "In")


def mentioned(objects, kind, name):
    """The object of a kind with a name, None where there is none."""
    return next((one for one in of_kind(objects, kind) if one["metadata"]["name"] == name), None)


@dataclass(frozen=True)
class Pods:
    """The pods of one workload, whoever makes them."""

    name: str
    labels: dict[str, Any]
    ports: dict[str, int]


def brokers(kafka):
    """The labels of a Kafka's pods: what its template asks for under `app.kubernetes.io/` the operator leaves out."""
    name = kafka["metadata"]["name"]
    asked = _made(kafka, "spec", "kafka", "template", "pod", "metadata", "labels")
    kept = {key: value for key, value in asked.items() if not key.startswith("app.kubernetes.io/")}
    return {
        **kept,
        "strimzi.io/cluster": name,
        "strimzi.io/kind": "Kafka",
        "strimzi.io/name": f"{name}-kafka",
    }


def pods_of(objects):
    """All pods: of the workloads, and of the brokers and databases an operator makes of its own objects."""
    return [
        *(Pods(one["metadata"]["name"], pod_labels(one), _ports(one)) for one in of_kind(objects, *RUNNING)),
        *(Pods("kafka", brokers(one), {}) for one in of_kind(objects, "Kafka")),
        *(Pods(one["metadata"]["name"],
               {**_made(one, "spec", "inheritedMetadata", "labels"), "cnpg.io/cluster": one["metadata"]["name"]}, {})
          for one in of_kind(objects, "Cluster")),
    ]  # fmt: skip


def _ports(one):
    return {port["name"]: port["containerPort"] for part in containers(one) for port in part.get("ports", ())}


def _made(one, *path):
    for step in path:
        one = one.get(step, {})
    return one
