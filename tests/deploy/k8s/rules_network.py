"""Rules about who may talk to whom: what the policies allow is what the product does, and nothing besides."""

from schemas.base import SERVICES
from schemas.topics import TOPICS, topics_read_by
from tests.deploy.k8s.objects import (
    COMPONENT,
    NAME,
    OURS,
    TIER,
    brokers,
    containers,
    labels,
    matches,
    mentioned,
    of_kind,
    pods_of,
    workloads_of,
)
from tests.deploy.k8s.rules_settings import given, settings_of

POSTGRES, DOOR, PROBES, ISSUER = 5432, 8080, 8081, 8443
ROLE = "fengqiao.io/role"
NAMES = {"kubernetes.io/metadata.name": "kube-system"}


def _uses_kafka(service, tier):
    writes = any((one.flow.writer, one.tier) == (service, tier) for one in TOPICS.values())
    return writes or bool(topics_read_by(service, tier))


def wanted(objects):
    """Who talks to whom, from the table of topics and from what each service is set to need."""
    port = _kafka_port(objects)
    edges = set()
    for one in workloads_of(objects):
        name, kind = one["metadata"]["name"], labels(one)[COMPONENT]
        service, tier = labels(one)[NAME], labels(one).get(TIER)
        if kind == "topics" or (kind == "service" and _uses_kafka(service, tier)):
            edges.add((name, "kafka", port))
        if service in SERVICES and "postgres" in settings_of(service).model_fields:
            edges.add((name, _database_of(objects, service, tier), POSTGRES))
        if kind == "service":
            edges |= {("ingress", name, DOOR), ("monitoring", name, PROBES)}
        if kind == "service" and f"{service}_OIDC_JWKS".upper() in given(containers(one)[0]):
            edges.add((name, "sign-in", ISSUER))
        if kind == "service" and service == "metrics":
            edges.add(("monitoring", name, DOOR))  # the figures, beside what the process says of itself
    return edges


def _kafka_port(objects):
    """The port of the brokers everybody is told."""
    for one in workloads_of(objects):
        for part in one["spec"]["template"]["spec"]["containers"]:
            for name, each in given(part).items():
                source = each.get("valueFrom", {}).get("configMapKeyRef")
                if (
                    name.endswith("_KAFKA")
                    and source
                    and (found := mentioned(objects, "ConfigMap", source["name"]))
                ):
                    return int(found["data"][source["key"]].rpartition(":")[2])
    return 0


def _database_of(objects, service, tier):
    """The pods of a service's database: its own cluster, or the one server that serves all."""
    of_postgres = [one for one in pods_of(objects) if one.labels.get(COMPONENT) == "postgres"]
    own = [one.name for one in of_postgres if (one.labels.get(NAME), one.labels.get(TIER)) == (service, tier)]
    shared = [one.name for one in of_postgres if TIER not in one.labels]
    return next(iter((*own, *shared)), "no database")


def outgoing(objects):
    """What policies let our pods begin: (from, to, port)."""
    return _edges(objects, "egress", "to")


def incoming(objects):
    """What policies let reach any pods that they isolate: (from, to, port)."""
    return {(source, target, port) for target, source, port in _edges(objects, "ingress", "from")}


def _edges(objects, direction, peers):
    pods = pods_of(objects)
    edges = set()
    for policy in (*of_kind(objects, "NetworkPolicy"), *_of_listeners(objects)):
        isolated = [one for one in pods if matches(policy["spec"]["podSelector"], one.labels)]
        for rule in policy["spec"].get(direction, ()):
            others = [other for peer in rule.get(peers) or [None] for other in _others(peer, pods)]
            for one in isolated:
                for other, ports in others:
                    near = ports if direction == "egress" else one.ports
                    edges |= {(one.name, other, _number(port, near)) for port in rule.get("ports") or [{}]}
    return edges


def _of_listeners(objects):
    """The policies that Strimzi itself writes: who may come to each listener."""
    for one in of_kind(objects, "Kafka"):
        for each in one["spec"]["kafka"]["listeners"]:
            rule = {"from": each["networkPolicyPeers"], "ports": [{"port": each["port"]}]}
            yield {"spec": {"podSelector": {"matchLabels": brokers(one)}, "ingress": [rule]}}


def _others(peer, pods):
    """Whom a peer means, with their named ports; everybody where it is not said, `nobody` where nobody is there."""
    if peer is None or "ipBlock" in peer:
        return [("anybody", {})]
    if "namespaceSelector" in peer:
        found = peer["namespaceSelector"].get("matchLabels", {})
        return [("names" if found == NAMES else found.get(ROLE, "anybody"), {})]
    return [(one.name, one.ports) for one in pods if matches(peer["podSelector"], one.labels)] or [
        ("nobody", {})
    ]


def _number(port, named):
    found = port.get("port", "any")
    return named.get(found, found) if isinstance(found, str) else found


def denied(objects):
    """Whatever no policy names is forbidden, both ways, to every pod there is or will be."""
    whole = [
        one
        for one in of_kind(objects, "NetworkPolicy")
        if one["spec"]["podSelector"] == {}
        and sorted(one["spec"].get("policyTypes", ())) == ["Egress", "Ingress"]
    ]
    return [] if whole and not any(one["spec"].get("ingress") or one["spec"].get("egress") for one in whole) else [
        "nothing forbids everything at first"
    ]  # fmt: skip


def every_edge(objects):
    """What the product does is allowed, and nothing besides: at our pods, and at brokers and databases beside them."""
    ours = {one["metadata"]["name"] for one in workloads_of(objects) if labels(one)[COMPONENT] in OURS}
    pods = {one.name: one for one in pods_of(objects)}
    expected = wanted(objects)
    begun = {edge for edge in outgoing(objects) if edge[0] in ours and edge[1] != "names"}
    reached = {(source, target, _at(port, pods, target)) for source, target, port in incoming(objects)}
    begun = {(source, target, _at(port, pods, target)) for source, target, port in begun}
    out = {edge for edge in expected if edge[0] in ours}
    into = {edge for edge in expected if edge[1] in ours}
    complaints = [f"{one}: allowed, not needed" for one in begun - out] + [
        f"{one}: not allowed" for one in out - begun
    ]
    taken = {edge for edge in reached if edge[1] in ours}
    complaints += [f"{one}: let in, not needed" for one in taken - into] + [
        f"{one}: not let in" for one in into - taken
    ]
    beside = {edge[1] for edge in out} & (_made_here(objects) | {target for _, target, _ in reached})
    there = {edge for edge in reached if edge[1] in beside and edge[0] in ours}
    needed = {edge for edge in out if edge[1] in beside}
    return complaints + [f"{one}: not as its other end says" for one in there ^ needed]


def _made_here(objects):
    """Brokers and databases that are forbidden everything but by a policy rendered here."""
    return {one["metadata"]["name"] for one in of_kind(objects, "StatefulSet", "Cluster")}


def _at(port, pods, target):
    return pods[target].ports.get(port, port) if target in pods else port


def names(objects):
    """Every pod may ask for names, and asks the cluster's own servers only."""
    asked = {edge for edge in outgoing(objects) if edge[1] == "names"}
    everybody = {one["metadata"]["name"] for one in workloads_of(objects)}
    may = {source for source, _, _ in asked}
    strange = {port for _, _, port in asked} - {53}
    return [f"{one}: cannot ask for names" for one in everybody - may] + [
        f"names are asked at {one}" for one in strange
    ]


RULES = (denied, every_edge, names)
