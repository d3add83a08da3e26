"""What would be wrong with what stands around the services: for each rule, ways to spoil it."""

from tests.deploy.k8s.mutations_kafka import KAFKA
from tests.deploy.k8s.objects import mentioned
from tests.deploy.k8s.spoiling import ROUTING, routing, variable, without
from tests.deploy.k8s.spoiling_parts import (
    CLUSTER,
    a_copy,
    also_by_work,
    endpoint,
    monitor,
    paths,
    renamed,
    spec,
    trigger,
)


def _told(objects, name, of="ROUTING_POSTGRES"):
    variable(objects, of)["valueFrom"]["secretKeyRef"]["name"] = name


def database(objects):
    return spec(objects, "Cluster", CLUSTER)


def _role(objects):
    return database(objects)["managed"]["roles"][0]


POSTGRES = {
    "own": {
        "another's": lambda o: _told(o, "village-intake-postgres-app"),
        "one that nobody makes": lambda o: without(o, "Cluster", CLUSTER),
        "the one above all": lambda o: _told(o, "village-routing-postgres-superuser"),
        "another name": lambda o: database(o)["bootstrap"]["initdb"].update(database="app"),
    },
    "doors": {
        "none": lambda o: database(o).pop("managed"),
        "another's": lambda o: _role(o).update(name="intake_village_door"),
        "the owner": lambda o: _role(o).update(name="routing_village"),
        "with the owner's password": lambda o: _role(o)["passwordSecret"].update(name=f"{CLUSTER}-app"),
        "above all": lambda o: _role(o).update(superuser=True),
        "past all policies": lambda o: _role(o).update(bypassrls=True),
        "with roles of others": lambda o: _role(o).update(inRoles=["routing_village"]),
        "a second one": lambda o: database(o)["managed"]["roles"].append({"name": "guest"}),
        "not to be made": lambda o: _role(o).update(ensure="absent"),
        "one that nobody makes": lambda o: _told(o, "routing-postgres-door", "ROUTING_DOOR_POSTGRES"),
    },
    "pinned": {
        "as the operator likes": lambda o: database(o).pop("imageName"),
        "another major": lambda o: database(o).update(imageName="ghcr.io/cloudnative-pg/postgresql:17-standard-trixie"),
        "without a tag": lambda o: database(o).update(imageName="ghcr.io/cloudnative-pg/postgresql"),
        "the latest": lambda o: database(o).update(imageName="ghcr.io/cloudnative-pg/postgresql:latest"),
        "by its digest alone": lambda o: database(o).update(imageName="ghcr.io/cloudnative-pg/postgresql@sha256:18"),
    },
    "durable": {
        "only where a standby is there": lambda o: database(o)["postgresql"]["synchronous"].update(
            dataDurability="preferred"
        ),
        "no standby": lambda o: database(o)["postgresql"].pop("synchronous"),
        "two": lambda o: database(o).update(instances=2),
        "not waited for": lambda o: database(o)["postgresql"]["parameters"].update(synchronous_commit="local"),
        "on one machine": lambda o: database(o)["affinity"].update(podAntiAffinityType="preferred"),
    },
    "backed_up": {
        "no log": lambda o: database(o)["plugins"].clear(),
        "under another's name": lambda o: database(o)["plugins"][0]["parameters"].update(
            serverName="village-intake-postgres"
        ),
        "nowhere": lambda o: without(o, "ObjectStore", "backups"),
        "never copied": lambda o: without(o, "ScheduledBackup", CLUSTER),
        "two at a time": lambda o: spec(o, "ScheduledBackup", CLUSTER).update(
            schedule=spec(o, "ScheduledBackup", "village-intake-postgres")["schedule"]
        ),
        "to a disk beside it": lambda o: spec(o, "ScheduledBackup", CLUSTER).update(method="volumeSnapshot"),
    },
    "roomy": {
        "too few": lambda o: database(o)["postgresql"]["parameters"].update(max_connections="100"),
    },
    "apart": {
        "named like its workload": lambda o: renamed(o, "Cluster", CLUSTER, ROUTING),
        "a Service of that name": lambda o: renamed(o, "Service", ROUTING, f"{CLUSTER}-rw"),
    },
    "reached": {
        "from everybody": lambda o: spec(o, "NetworkPolicy", CLUSTER)["ingress"][0]["from"].append(
            {"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "fengqiao"}}}
        ),
        "not from its own": lambda o: spec(o, "NetworkPolicy", CLUSTER)["ingress"][0]["from"].pop(0),
        "no policy": lambda o: without(o, "NetworkPolicy", CLUSTER),
    },
}  # fmt: skip
SCALING = {
    "scaled": {
        "not at all": lambda o: without(o, "ScaledObject", ROUTING),
        "by lag and by work": also_by_work,
        "by itself too": lambda o: routing(o)["spec"].update(replicas=2),
    },
    "there": {
        "another name": lambda o: spec(o, "ScaledObject")["scaleTargetRef"].update(name="routing"),
        "the workload is gone": lambda o: o.remove(routing(o)),
        "another kind": lambda o: spec(o, "ScaledObject")["scaleTargetRef"].update(kind="StatefulSet"),
    },
    "bounded": {
        "more than there are partitions": lambda o: spec(o, "ScaledObject").update(maxReplicaCount=13),
        "down to one": lambda o: spec(o, "ScaledObject").update(minReplicaCount=1),
        "without end": lambda o: spec(o, "ScaledObject").pop("maxReplicaCount"),
    },
    "triggers": {
        "a topic of another": lambda o: trigger(o)["metadata"].update(topic="town.intake"),
        "a group of another": lambda o: trigger(o)["metadata"].update(consumerGroup="village-intake"),
        "one is missing": lambda o: spec(o, "ScaledObject")["triggers"].pop(),
        "one twice": lambda o: spec(o, "ScaledObject")["triggers"].append(trigger(o)),
        "a topic that is not there": lambda o: without(o, "KafkaTopic", "village.intake"),
    },
    "asking": {
        "nobody": lambda o: trigger(o)["metadata"].pop("bootstrapServersFromEnv"),
        "what another is told": lambda o: trigger(o)["metadata"].update(bootstrapServersFromEnv="INTAKE_KAFKA"),
        "in clear": lambda o: trigger(o)["metadata"].update(tls="disable"),
        "as nobody": lambda o: trigger(o).pop("authenticationRef"),
        "without a certificate": lambda o: spec(o, "TriggerAuthentication", "keda")["secretTargetRef"].pop(),
        "as nobody the brokers know": lambda o: without(o, "KafkaUser", "keda"),
    },
}  # fmt: skip
WATCHING = {
    "everybody": {
        "one tier only": lambda o: monitor(o)["selector"]["matchLabels"].update({"fengqiao.io/tier": "town"}),
        "the figures of everybody": lambda o: monitor(o, "fengqiao-figures")["selector"]["matchLabels"].pop(
            "fengqiao.io/tier"
        ),
        "nobody": lambda o: without(o, "PodMonitor", "fengqiao-telemetry"),
        "twice": lambda o: a_copy(o, "PodMonitor", "fengqiao-telemetry", "again"),
    },
    "ports": {
        "one that nobody has": lambda o: endpoint(o).update(port="metrics"),
    },
    "paths": {
        "one nobody answers at": lambda o: endpoint(o).update(path="/metrics"),
        "one of the door": lambda o: endpoint(o, "fengqiao-figures").update(path="/v1/figures"),
    },
    "operators": {
        "brokers of another": lambda o: monitor(o, "fengqiao-kafka")["selector"]["matchLabels"].update(
            {"strimzi.io/cluster": "other"}
        ),
        "no databases": lambda o: without(o, "PodMonitor", "fengqiao-postgres"),
    },
}  # fmt: skip
OUTSIDE = {
    "leads": {
        "one path is missing": lambda o: paths(o).pop(0),
        "to another service": lambda o: paths(o)[0]["backend"]["service"].update(name="village-routing"),
        "to another tier": lambda o: paths(o)[0]["backend"]["service"].update(name="town-intake"),
        "everything else too": lambda o: paths(o)[-1].update(pathType="Prefix"),
        "a tier without one": lambda o: without(o, "Ingress", "town-doors"),
    },
    "doors_only": {
        "to the probes": lambda o: spec(o, "Service", "village-intake")["ports"][0].update(targetPort="probes"),
        "to a port that is not there": lambda o: paths(o)[0]["backend"]["service"]["port"].update(name="probes"),
        "to a service that is not there": lambda o: without(o, "Service", "village-intake"),
    },
    "private": {
        "in clear": lambda o: spec(o, "Ingress", "village-doors").pop("tls"),
        "another host": lambda o: spec(o, "Ingress", "village-doors")["rules"][0].update(host="other.example"),
        "any host": lambda o: spec(o, "Ingress", "village-doors")["rules"][0].pop("host"),
        "a certificate for two": lambda o: spec(o, "Ingress", "village-doors")["tls"][0].update(
            secretName="town-doors-tls"
        ),
    },
    "patient": {
        "gathered": lambda o: _notes(o).pop("nginx.org/proxy-buffering"),
        "for a minute": lambda o: _notes(o).update({"nginx.org/proxy-read-timeout": "60s"}),
    },
}  # fmt: skip


def _notes(objects):
    return mentioned(objects, "Ingress", "village-doors")["metadata"]["annotations"]


MUTATIONS = {
    "kafka": KAFKA,
    "postgres": POSTGRES,
    "scaling": SCALING,
    "watching": WATCHING,
    "outside": OUTSIDE,
}
ALL = [
    (part, rule, wrong) for part, rules in MUTATIONS.items() for rule, ways in rules.items() for wrong in ways
]
