"""What would be wrong with brokers, topics and permissions: for each rule, ways to spoil it."""

from tests.deploy.k8s.objects import mentioned
from tests.deploy.k8s.spoiling import ROUTING, container, routing, variable, without
from tests.deploy.k8s.spoiling_parts import a_copy, acls, broker, renamed, spec, stranger, topic

KAFKA = {
    "topics": {
        "one is missing": lambda o: without(o, "KafkaTopic", "village.intake"),
        "one too many": lambda o: a_copy(o, "KafkaTopic", "village.intake", "village.gossip"),
        "fewer partitions": lambda o: topic(o).update(partitions=6),
        "fewer replicas": lambda o: topic(o).update(replicas=2),
        "history is deleted": lambda o: topic(o)["config"].update({"retention.ms": "604800000"}),
        "cells are not compacted": lambda o: topic(o, "town.metrics")["config"].update({"cleanup.policy": "delete"}),
        "a larger record": lambda o: topic(o)["config"].update({"max.message.bytes": "9000000"}),
        "one copy is enough": lambda o: topic(o)["config"].update({"min.insync.replicas": "1"}),
        "a leader that lags": lambda o: topic(o)["config"].update({"unclean.leader.election.enable": "true"}),
    },
    "permissions": {
        "may write another's topic": lambda o: acls(o)[0]["operations"].append("Write"),
        "may not read its own": lambda o: acls(o).pop(0),
        "reads in another's group": lambda o: acls(o)[-1]["resource"].update(name="village-intake"),
        "a group of its own is missing": lambda o: acls(o, "village-metrics").pop(),
        "the scaler reads": lambda o: acls(o, "keda")[0]["operations"].append("Read"),
        "the operator writes": lambda o: acls(o, "operator")[0]["operations"].append("Write"),
        "partners read": lambda o: acls(o, "county-partners")[0]["operations"].append("Read"),
        "a partner's own reads": lambda o: stranger(o, "topic", "county.inbound", "Read"),
        "a partner's own writes to a service's topic": lambda o: stranger(o, "topic", "county.routing", "Write"),
        "a partner of another tier": lambda o: stranger(o, "topic", "town.inbound", "Write"),
        "a principal is missing": lambda o: without(o, "KafkaUser", "village-partners"),
    },
    "exact": {
        "whatever begins so": lambda o: acls(o)[0]["resource"].update(patternType="prefix"),
        "everything": lambda o: acls(o)[0]["resource"].update(name="*"),
        "every operation": lambda o: acls(o)[0]["operations"].append("All"),
        "from one address": lambda o: acls(o)[0].update(host="10.0.0.1"),
        "a password": lambda o: spec(o, "KafkaUser").update(authentication={"type": "scram-sha-512"}),
        "no authorization": lambda o: broker(o).pop("authorization"),
        "somebody above": lambda o: broker(o)["authorization"].update(superUsers=["CN=root"]),
    },
    "closed": {
        "in clear": lambda o: broker(o)["listeners"][0].update(tls=False),
        "nobody is asked": lambda o: broker(o)["listeners"][0].pop("authentication"),
        "from anywhere": lambda o: broker(o)["listeners"][0].pop("networkPolicyPeers"),
        "a password of anybody": lambda o: broker(o)["listeners"][0].update(authentication={"type": "scram-sha-512"}),
        "another door": lambda o: broker(o)["listeners"].append({"name": "plain", "port": 9092, "tls": False}),
    },
    "lasting": {
        "one copy is enough": lambda o: broker(o)["config"].update({"min.insync.replicas": 1}),
        "topics come by themselves": lambda o: broker(o)["config"].pop("auto.create.topics.enable"),
        "positions on one": lambda o: broker(o)["config"].update({"offsets.topic.replication.factor": 1}),
        "two brokers": lambda o: spec(o, "KafkaNodePool", "broker").update(replicas=2),
        "in memory": lambda o: spec(o, "KafkaNodePool", "broker").update(storage={"type": "ephemeral"}),
    },
    "belonging": {
        "a topic of another": lambda o: mentioned(o, "KafkaTopic", "village.intake")["metadata"]["labels"].update(
            {"strimzi.io/cluster": "other"}
        ),
        "a principal of none": lambda o: mentioned(o, "KafkaUser", ROUTING)["metadata"]["labels"].pop(
            "strimzi.io/cluster"
        ),
    },
    "shown": {
        "no certificate": lambda o: container(o)["env"].remove(variable(o, "ROUTING_KAFKA_TLS_CERT")),
        "another's": lambda o: _secrets(o)[1]["secret"].update(name="village-intake"),
        "an authority nobody knows": lambda o: _secrets(o)[0]["secret"].update(name="other-cluster-ca-cert"),
        "a file that is not there": lambda o: variable(o, "ROUTING_KAFKA_TLS_KEY").update(value="/etc/key"),
        "not mounted": lambda o: container(o).update(
            volumeMounts=[one for one in container(o)["volumeMounts"] if one["name"] != "kafka"]
        ),
        "no principal": lambda o: without(o, "KafkaUser", ROUTING),
    },
    "addressed": {
        "another port": lambda o: broker(o)["listeners"][0].update(port=9094),
        "another cluster": lambda o: renamed(o, "Kafka", "fengqiao", "other"),
    },
}  # fmt: skip


def _secrets(objects):
    volumes = routing(objects)["spec"]["template"]["spec"]["volumes"]
    return next(one["projected"]["sources"] for one in volumes if one["name"] == "kafka")
