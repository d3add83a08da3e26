"""Rules about all objects together: whose they are, whom they select, what guards and bounds them, how they roll."""

import json
import re

from schemas.base import TIERS
from tests.deploy.k8s.objects import (
    COMPONENT,
    LASTING,
    NAME,
    PART,
    RUNNING,
    TIER,
    containers,
    labels,
    matches,
    mentioned,
    migrations_of,
    of_kind,
    pod,
    pod_labels,
    services_of,
    tiers_of,
    title,
    told_of,
    workloads_of,
)
from tests.deploy.k8s.quantities import number

SERVICES = ("intake", "routing", "followup", "metrics")
HASHED = re.compile(r"-[a-z0-9]{10}$")
UNNAMED = {"CustomResourceDefinition", "Namespace", "PriorityClass", "ClusterRole", "ClusterRoleBinding"}
"""Kinds that lie in no namespace."""


def whole(objects):
    """Four services in each tier the county has, a door, an account and a migration each; all know which"""
    tiers = tiers_of(objects)
    wanted = {f"{tier}-{service}" for tier in tiers for service in SERVICES}
    found = {one["metadata"]["name"] for one in services_of(objects)}
    complaints = [f"{name}: not rendered, or not ours" for name in wanted ^ found]
    complaints += [
        f"{title(one)}: is told of other tiers" for one in services_of(objects) if told_of(one) != set(tiers)
    ]
    for name in wanted:
        complaints += [
            f"{name}: no {kind}"
            for kind in ("Service", "ServiceAccount")
            if mentioned(objects, kind, name) is None
        ]
    return complaints


def nothing_of_others(objects):
    """Nothing is for a tier the county has not, and nothing but words for people speaks of one."""
    absent = set(TIERS) - set(tiers_of(objects))
    named = re.compile(rf"\b({'|'.join(absent)})[-._]") if absent else re.compile(r"(?!)")
    return [
        f"{title(one)}: is for another tier, or speaks of one"
        for one in objects
        if labels(one).get(TIER) in absent
        or (one["kind"] not in {"ConfigMap", "Secret"} and named.search(json.dumps(one)))
    ]


def labelled(objects):
    """Every object says what it is part of; a workload is named for its tier and service, and so are its pods."""
    complaints = [
        f"{title(one)}: says not whose it is" for one in objects if labels(one).get(PART) != "fengqiao"
    ]
    for one in of_kind(objects, *RUNNING):
        known = {key: value for key, value in labels(one).items() if key in {NAME, TIER, PART, COMPONENT}}
        if any(pod_labels(one).get(key) != value for key, value in known.items()) or NAME not in known:
            complaints.append(f"{title(one)}: its pods are labelled otherwise, or nothing is")
    for one in (*services_of(objects), *migrations_of(objects)):
        word = f"{labels(one).get(TIER)}-{labels(one).get(NAME)}"
        if not one["metadata"]["name"].startswith(word):
            complaints.append(f"{title(one)}: is labelled as {word}")
    return complaints


def _selectors(objects):
    """Each selector of workloads, Services, budgets and policies, with the object it stands in."""
    for one in of_kind(objects, *LASTING, "PodDisruptionBudget"):
        yield one, one["spec"]["selector"]
    for one in of_kind(objects, "Service"):
        yield one, {"matchLabels": one["spec"].get("selector", {})}
    for one in of_kind(objects, "NetworkPolicy"):
        if one["spec"]["podSelector"]:
            yield one, one["spec"]["podSelector"]
    for one in of_kind(objects, *RUNNING):
        for each in pod(one).get("topologySpreadConstraints", ()):
            yield one, each["labelSelector"]


def tier_exact(objects):
    """A selector of a tier's object names service, tier and component, and finds their pods and no others."""
    complaints = []
    for one, selector in _selectors(objects):
        if TIER not in labels(one):
            continue
        wanted = {key: labels(one).get(key) for key in (NAME, TIER, COMPONENT)}
        if selector != {"matchLabels": wanted}:
            complaints.append(f"{title(one)}: selects {selector}")
        found = [other for other in of_kind(objects, *RUNNING) if matches(selector, pod_labels(other))]
        strangers = [other for other in found if {key: labels(other).get(key) for key in wanted} != wanted]
        complaints += [f"{title(one)}: selects {title(other)}" for other in strangers]
    return complaints


def budgeted(objects):
    """Whatever runs on has exactly one disruption budget, which lets a node be emptied one pod at a time."""
    complaints = []
    for one in of_kind(objects, *LASTING):
        budgets = [
            each
            for each in of_kind(objects, "PodDisruptionBudget")
            if matches(each["spec"]["selector"], pod_labels(one))
        ]
        if [each["spec"].get("maxUnavailable") for each in budgets] != [1]:
            complaints.append(f"{title(one)}: budgets {[each['metadata']['name'] for each in budgets]}")
    return complaints


def spread(objects):
    """The replicas of a service lie on different nodes and in different zones, as far as there are any."""
    wanted = {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    return [
        f"{title(one)}: not spread over {missing}"
        for one in services_of(objects)
        if (
            missing := wanted
            - {each["topologyKey"] for each in pod(one).get("topologySpreadConstraints", ())}
        )
    ]


def one_migration_a_release(objects):
    """Each service has a Job whose name tells the release: another release is another Job, none is ever changed."""
    complaints = []
    for one in services_of(objects):
        release = pod(one)["containers"][0]["image"].rpartition(":")[2]
        job = mentioned(objects, "Job", f"{one['metadata']['name']}-migration-{release}")
        if job is None:
            complaints.append(f"{title(one)}: nothing migrates for {release}")
            continue
        [migrating] = containers(job)
        [serving] = containers(one)
        if migrating["command"] != [*serving["command"], "migrate"] or migrating["image"] != serving["image"]:
            complaints.append(f"{title(job)}: runs another program")
        lasting = job["spec"].get("activeDeadlineSeconds", float("inf"))
        for what, container in ((one, serving), (job, migrating)):
            patient = [each["value"] for each in container["env"] if each["name"].endswith("_SCHEMA_WAIT_S")]
            if not patient or float(patient[0]) < lasting:
                complaints.append(f"{title(what)}: gives up before its time is over")
    return complaints


def rolls_when_files_change(objects):
    """What a pod mounts from a ConfigMap has a name that changes with it."""
    return [
        f"{title(one)}: {volume['configMap']['name']} may change under it"
        for one in of_kind(objects, *RUNNING)
        for volume in pod(one).get("volumes", ())
        if "configMap" in volume and not HASHED.search(volume["configMap"]["name"])
    ]


def one_namespace(objects):
    """Everything lies in one namespace, which is rendered, and in which Kubernetes refuses what is not restricted."""
    [*spaces] = of_kind(objects, "Namespace")
    names = {one["metadata"]["name"] for one in spaces}
    complaints = [] if len(spaces) == 1 else [f"namespaces: {sorted(names)}"]
    for one in spaces:
        modes = {
            labels(one).get(f"pod-security.kubernetes.io/{mode}") for mode in ("enforce", "audit", "warn")
        }
        if modes != {"restricted"}:
            complaints.append(f"{title(one)}: lets pods be {modes}")
    return complaints + [
        f"{title(one)}: lies in {one['metadata'].get('namespace')}"
        for one in objects
        if one["kind"] not in UNNAMED and one["metadata"].get("namespace") not in names
    ]


def bounded(objects):
    """Each tier has a quota of its own, told by the class of its pods, and fits into it while it rolls and migrates."""
    complaints = []
    for tier in tiers_of(objects):
        mine = [one for one in workloads_of(objects) if labels(one).get(TIER) == tier]
        quotas = [one for one in of_kind(objects, "ResourceQuota") if labels(one).get(TIER) == tier]
        classes = {pod(one).get("priorityClassName") for one in mine}
        scopes = [
            value
            for one in quotas
            for each in one["spec"].get("scopeSelector", {}).get("matchExpressions", ())
            for value in each["values"]
        ]
        if len(quotas) != 1 or sorted(map(str, classes)) != scopes:
            complaints.append(f"{tier}: {len(quotas)} quotas of {scopes} for pods of {classes}")
            continue
        if mentioned(objects, "PriorityClass", scopes[0]) is None:
            complaints.append(f"{tier}: no class {scopes[0]}")
        complaints += [f"{tier}: needs more {what}" for what in _too_little(objects, quotas[0], mine)]
    return complaints


def _too_little(objects, quota, workloads):
    """What a tier cannot have as often as it is scaled at most, and once more for each while it rolls."""
    counts = {id(one): _most(objects, one) + (one["kind"] == "Deployment") for one in workloads}
    needed = {"pods": sum(counts.values())}
    for what in ("cpu", "memory"):
        needed[f"requests.{what}"] = sum(
            counts[id(one)] * number(part["resources"]["requests"].get(what, "0"))
            for one in workloads
            for part in pod(one)["containers"]
        )
    hard = quota["spec"]["hard"]
    return [what for what, least in needed.items() if number(hard.get(what, "0")) < least]


def _most(objects, workload):
    """How many replicas there are at most: what scales it says so, where something does."""
    scalers = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"]["maxReplicaCount"]
        for one in of_kind(objects, "ScaledObject")
    }
    return scalers.get(workload["metadata"]["name"], workload["spec"].get("replicas", 1))


RULES = (
    whole, nothing_of_others, labelled, tier_exact, budgeted, spread, one_migration_a_release, rolls_when_files_change,
    one_namespace, bounded,
)  # fmt: skip
