"""How many replicas a service of a tier has: by how far its groups are behind, or by how busy it is."""

from deploy.k8s.naming import Object, appended, labels, metadata, workloads
from schemas.base import TIERS, Service, Tier
from schemas.permissions import SCALER
from schemas.topics import PARTITIONS, groups_of

LAG = 2000
"""Records a replica is behind on one topic before another is called: some seconds of work, far above a batch."""
LEAST = 2
BUSY = "700m"
"""A process is one event loop and uses one core at most: this is the share of it from which another is called."""
_SPAN_S = 300


def by_lag(tier: Tier) -> list[Object]:
    """For KEDA: a trigger for every topic of every group, where no other tier is."""
    return [_by_lag(tier, service, name) for service, name in workloads(tier)]


def hearing(tier: Tier) -> list[Object]:
    """Patches: a trigger for every topic of this tier that others read; a topic that is not there would stop them."""
    return [
        appended("ScaledObject", name, "/spec/triggers", triggers)
        for other in TIERS
        if other != tier
        for service, name in workloads(other)
        if (triggers := _triggers(service, other, tier))
    ]


def _triggers(service: Service, reader: Tier, writer: Tier) -> list[Object]:
    return [
        _trigger(service, group, topic.name)
        for group, topics in groups_of(service, reader).items()
        for topic in topics
        if topic.tier == writer
    ]


def _by_lag(tier: Tier, service: Service, name: str) -> Object:
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": metadata(name, labels("service", tier, service)),
        "spec": {
            "scaleTargetRef": {"name": name, "envSourceContainerName": service},
            "pollingInterval": 15,
            "minReplicaCount": LEAST,
            "maxReplicaCount": PARTITIONS,
            # Whoever cannot see the lag leaves everything as it is.
            "fallback": {"failureThreshold": 4, "replicas": LEAST, "behavior": "currentReplicas"},
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _behavior()}},
            "triggers": _triggers(service, tier, tier),
        },
    }


def _trigger(service: Service, group: str, topic: str) -> Object:
    return {
        "type": "kafka",
        "metadata": {
            "bootstrapServersFromEnv": f"{service.upper()}_KAFKA",
            "consumerGroup": group,
            "topic": topic,
            "lagThreshold": str(LAG),
            "offsetResetPolicy": "earliest",
            "tls": "enable",
        },
        "authenticationRef": {"name": SCALER},
    }


def by_work(tier: Tier) -> list[Object]:
    """For the autoscaler of Kubernetes itself: by the processor's time."""
    return [_by_work(tier, service, name) for service, name in workloads(tier)]


def _by_work(tier: Tier, service: Service, name: str) -> Object:
    busy = {"type": "AverageValue", "averageValue": BUSY}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(name, labels("service", tier, service)),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": LEAST,
            "maxReplicas": PARTITIONS,
            "behavior": _behavior(),
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": busy}}],
        },
    }


def _behavior() -> Object:
    # Every change stops the whole group for a moment: up by leaps, down one by one and late.
    return {
        "scaleUp": {
            "stabilizationWindowSeconds": 30,
            "policies": [{"type": "Percent", "value": 100, "periodSeconds": 60}],
        },
        "scaleDown": {
            "stabilizationWindowSeconds": 2 * _SPAN_S,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": _SPAN_S}],
        },
    }
