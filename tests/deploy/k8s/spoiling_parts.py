"""The places of what stands around the services that mutations reach for."""

import copy

from tests.deploy.k8s.objects import mentioned
from tests.deploy.k8s.spoiling import ROUTING

CLUSTER = f"{ROUTING}-postgres"


def broker(objects):
    return mentioned(objects, "Kafka", "fengqiao")["spec"]["kafka"]


def topic(objects, name="village.intake"):
    return mentioned(objects, "KafkaTopic", name)["spec"]


def acls(objects, name=ROUTING):
    return mentioned(objects, "KafkaUser", name)["spec"]["authorization"]["acls"]


def spec(objects, kind, name=ROUTING):
    return mentioned(objects, kind, name)["spec"]


def trigger(objects, number=0):
    return spec(objects, "ScaledObject")["triggers"][number]


def monitor(objects, name="fengqiao-telemetry"):
    return spec(objects, "PodMonitor", name)


def endpoint(objects, name="fengqiao-telemetry"):
    return monitor(objects, name)["podMetricsEndpoints"][0]


def paths(objects):
    return spec(objects, "Ingress", "village-doors")["rules"][0]["http"]["paths"]


def renamed(objects, kind, name, to):
    mentioned(objects, kind, name)["metadata"]["name"] = to


def also_by_work(objects):
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": ROUTING}
    objects.append(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": ROUTING, "labels": {}},
            "spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 3},
        }
    )


def a_copy(objects, kind, name, to):
    found = copy.deepcopy(mentioned(objects, kind, name))
    found["metadata"]["name"] = to
    objects.append(found)
    return found


def stranger(objects, *permission):
    kind, name, operation = permission
    found = a_copy(objects, "KafkaUser", "county-partner-hotline", "county-partner-board")
    found["spec"]["authorization"]["acls"] = [
        {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": [operation]}
    ]
