"""Rules about what Prometheus scrapes: every process, at a port it has and a path it answers."""

from messaging.health import Health, probes
from tests.deploy.k8s.objects import (
    containers,
    labels,
    matches,
    of_kind,
    pod_labels,
    services_of,
    tiers_of,
    title,
)
from tests.services.doors import compose

TELEMETRY, FIGURES = ("probes", "/telemetry"), ("http", "/metrics")


def _found(objects):
    """Each monitor of our own pods, with an endpoint of it and a workload it finds."""
    return [
        (one, (each["port"], each["path"]), workload)
        for one in of_kind(objects, "PodMonitor")
        if labels(one).get("app.kubernetes.io/component") == "service"
        for each in one["spec"]["podMetricsEndpoints"]
        for workload in services_of(objects)
        if matches(one["spec"]["selector"], pod_labels(workload))
    ]


def everybody(objects):
    """Every process is asked for its telemetry, by one; the figures are asked of the uppermost tier's."""
    complaints, top = [], f"{tiers_of(objects)[0]}-metrics"
    for one in services_of(objects):
        asked = sorted(endpoint for _, endpoint, workload in _found(objects) if workload is one)
        wanted = [FIGURES, TELEMETRY] if one["metadata"]["name"] == top else [TELEMETRY]
        if asked != wanted:
            complaints.append(f"{title(one)}: asked at {asked}")
    return complaints


def ports(objects):
    """Whoever is asked has the port."""
    return [
        f"{title(one)}: {title(workload)} has no port {port}"
        for one, (port, _), workload in _found(objects)
        if port not in {each["name"] for part in containers(workload) for each in part["ports"]}
    ]


def paths(objects):
    """And answers at the path."""
    served = {"probes": {route.path for route in probes(Health("test")).routes}}
    complaints = []
    for one, (port, path), workload in _found(objects):
        if port == "http":
            served["http"] = {
                route.path for route in compose(labels(workload)["app.kubernetes.io/name"]).routes
            }
        if path not in served.get(port, ()):
            complaints.append(f"{title(one)}: nobody answers at {port}{path}")
    return complaints


def operators(objects):
    """Pods that operators make are found by the labels those write, of a cluster that is here."""
    kinds = {"postgres": "cnpg.io/cluster", "kafka": "strimzi.io/cluster"}
    clusters = {one["metadata"]["name"] for one in of_kind(objects, "Kafka")}
    complaints = []
    for part, label in kinds.items():
        monitors = [
            one
            for one in of_kind(objects, "PodMonitor")
            if labels(one).get("app.kubernetes.io/component") == part
        ]
        selectors = [one["spec"]["selector"] for one in monitors]
        named = [each.get("matchLabels", {}).get(label) for each in selectors]
        exists = [label in {one["key"] for one in each.get("matchExpressions", ())} for each in selectors]
        if len(monitors) != 1 or not (exists[0] or named[0] in clusters):
            complaints.append(f"{part}: {len(monitors)} monitors, of {named}")
    return complaints


RULES = (everybody, ports, paths, operators)
