"""Rules about replicas: what scales a workload looks at that workload's groups and topics, and there is one of them."""

from schemas.topics import PARTITIONS, groups_of
from tests.deploy.k8s.objects import containers, labels, mentioned, of_kind, services_of, tiers_of, title

NAME, TIER = "app.kubernetes.io/name", "fengqiao.io/tier"
SCALERS = ("ScaledObject", "HorizontalPodAutoscaler")


def scaled(objects):
    """Everything that reads is scaled, by one, which then alone says how many there are."""
    complaints = []
    for one in services_of(objects):
        name = one["metadata"]["name"]
        by = [
            title(each)
            for each in of_kind(objects, *SCALERS)
            if each["spec"]["scaleTargetRef"]["name"] == name
        ]
        if len(by) != 1:
            complaints.append(f"{title(one)}: scaled by {by}")
        if by and "replicas" in one["spec"]:
            complaints.append(f"{title(one)}: says how many there are, and is scaled too")
    return complaints


def there(objects):
    """What is scaled is there, of the kind that is named."""
    return [
        f"{title(one)}: scales {target['name']}, which is not there"
        for one in of_kind(objects, *SCALERS)
        if mentioned(
            objects, (target := one["spec"]["scaleTargetRef"]).get("kind", "Deployment"), target["name"]
        )
        is None
    ]


def bounded(objects):
    """Never more replicas than partitions, never so few that a node's loss stops the work."""
    words = {
        "ScaledObject": ("minReplicaCount", "maxReplicaCount"),
        "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas"),
    }
    complaints = []
    for one in of_kind(objects, *SCALERS):
        least, most = (one["spec"].get(word, 0) for word in words[one["kind"]])
        if not 2 <= least <= most <= PARTITIONS:
            complaints.append(f"{title(one)}: {least} to {most}")
    return complaints


def triggers(objects):
    """Each group of a workload is looked at on each topic it reads, and on nothing else."""
    complaints = []
    for one in of_kind(objects, "ScaledObject"):
        found = [
            (each["metadata"]["consumerGroup"], each["metadata"]["topic"]) for each in one["spec"]["triggers"]
        ]
        groups = groups_of(labels(one)[NAME], labels(one)[TIER], tiers_of(objects))
        wanted = [(group, topic.name) for group, topics in groups.items() for topic in topics]
        if (
            sorted(found) != sorted(wanted)
            or f"{labels(one)[TIER]}-{labels(one)[NAME]}" != one["metadata"]["name"]
        ):
            complaints.append(f"{title(one)}: looks at {sorted(set(found) ^ set(wanted))}")
        complaints += [
            f"{title(one)}: {topic} is no topic here"
            for _, topic in found
            if mentioned(objects, "KafkaTopic", topic) is None
        ]
    return complaints


def asking(objects):
    """Every trigger asks the brokers the workload itself is told of, over TLS, as somebody who may."""
    complaints = []
    for one in of_kind(objects, "ScaledObject"):
        target = one["spec"]["scaleTargetRef"]
        workload = mentioned(objects, "Deployment", target["name"])
        for each in one["spec"]["triggers"]:
            env = {
                variable["name"]
                for container in (containers(workload) if workload else ())
                if container["name"] == target.get("envSourceContainerName")
                for variable in container["env"]
            }
            if (
                each["metadata"].get("bootstrapServersFromEnv") not in env
                or each["metadata"].get("tls") != "enable"
            ):
                complaints.append(f"{title(one)}: asks nobody, or in clear")
            if not _known(objects, each.get("authenticationRef", {}).get("name")):
                complaints.append(f"{title(one)}: asks as nobody")
    return complaints


def _known(objects, name):
    """Whether there are certificates for a trigger, and a principal they are of."""
    found = mentioned(objects, "TriggerAuthentication", name)
    given = {each["parameter"]: each["name"] for each in found["spec"]["secretTargetRef"]} if found else {}
    users = {given.get("cert"), given.get("key")}
    return (
        given.keys() == {"ca", "cert", "key"}
        and len(users) == 1
        and mentioned(objects, "KafkaUser", *users) is not None
    )


RULES = (scaled, there, bounded, triggers, asking)
