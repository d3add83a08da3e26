"""Rules about the databases: one for each service, as the tests run on, durable, backed up, with room for all."""

import re

import yaml

from messaging.settings import ServiceSettings
from schemas.topics import PARTITIONS
from tests.builders import ROOT
from tests.deploy.k8s.objects import containers, labels, mentioned, migrations_of, of_kind, services_of, title

NAME, TIER = "app.kubernetes.io/name", "fengqiao.io/tier"
MAJOR = re.compile(r"/postgres(?:ql)?:(\d+)[.-]")
"""Of an image of PostgreSQL by its tag, which is how the operator knows it too."""
REFUSED = ("superuser", "bypassrls", "createdb", "createrole", "replication", "inherit")
"""What no role of a door may be or do."""
BESIDE = 20
"""Connections of the operator, of backups, of whoever looks."""
MADE = {"ServiceAccount": ("",), "PodDisruptionBudget": ("", "-primary"), "Service": ("-rw", "-ro", "-r")}
"""What the operator of the databases makes, by what it puts behind a cluster's name."""


def own(objects):
    """Each service and its migration are given the database of their own name, and nobody else's."""
    complaints = []
    for one in (*services_of(objects), *migrations_of(objects)):
        name = f"{labels(one)[NAME]}_{labels(one)[TIER]}"
        [container] = containers(one)
        [secret] = [
            each["valueFrom"]["secretKeyRef"]
            for each in container["env"]
            if each["name"] == f"{labels(one)[NAME]}_POSTGRES".upper()
        ]
        cluster = mentioned(objects, "Cluster", secret["name"].removesuffix("-app"))
        found = cluster and cluster["spec"]["bootstrap"]["initdb"]
        if not secret["name"].endswith("-app") or not found or {found["database"], found["owner"]} != {name}:
            complaints.append(f"{title(one)}: is told of {secret['name']}")
    return complaints


def doors(objects):
    """Each database has one role beside its owner: its door's, which may log in with a password of its own, no more."""
    may = {"login": True, **dict.fromkeys(REFUSED, False)}
    complaints = []
    for one in of_kind(objects, "Cluster"):
        name = f"{one['spec']['bootstrap']['initdb']['owner']}_door"
        wanted = {
            "name": name,
            "ensure": "present",
            "passwordSecret": {"name": f"{one['metadata']['name']}-door"},
        }
        if (roles := one["spec"].get("managed", {}).get("roles")) != [wanted | may]:
            complaints.append(f"{title(one)}: its roles are {roles}")
    told = [
        (title(one), each["valueFrom"]["secretKeyRef"])
        for one in (*services_of(objects), *migrations_of(objects))
        for each in containers(one)[0]["env"]
        if each["name"] == f"{labels(one)[NAME]}_DOOR_POSTGRES".upper()
    ]
    made = {one["metadata"]["name"] for one in of_kind(objects, "Cluster")}
    return complaints + [
        f"{name}: is told of {each}" for name, each in told if each["name"].removesuffix("-door") not in made
    ]


def pinned(objects):
    """Each is of the major version that the tests and a laptop run on, whatever the operator would take by itself."""
    laptop = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["postgres"]["image"]
    wanted = MAJOR.search(laptop)[1]
    found = {
        title(one): MAJOR.search(one["spec"].get("imageName", "")) for one in of_kind(objects, "Cluster")
    }
    return [
        f"{name}: of {major and major[1]}, not {wanted}"
        for name, major in found.items()
        if not major or major[1] != wanted
    ]


def durable(objects):
    """What was committed is on two disks of two machines before anybody is told, always."""
    complaints = []
    for one in of_kind(objects, "Cluster"):
        spec = one["spec"]
        synchronous = spec["postgresql"].get("synchronous", {})
        if synchronous.get("dataDurability") != "required" or synchronous.get("number", 0) < 1:
            complaints.append(f"{title(one)}: may forget what it said")
        if spec["instances"] < synchronous.get("number", 0) + 2:
            complaints.append(f"{title(one)}: one machine away, and nothing is accepted")
        if spec["postgresql"]["parameters"].get("synchronous_commit") != "on":
            complaints.append(f"{title(one)}: waits for nobody")
        affinity = spec.get("affinity", {})
        if not affinity.get("enablePodAntiAffinity") or affinity.get("podAntiAffinityType") != "required":
            complaints.append(f"{title(one)}: may lie on one machine")
    return complaints


def backed_up(objects):
    """Each database writes its log away under a name of its own, and is copied each night at a time of its own."""
    clusters = {one["metadata"]["name"]: one for one in of_kind(objects, "Cluster")}
    stores = {one["metadata"]["name"] for one in of_kind(objects, "ObjectStore")}
    complaints, names = [], []
    for name, one in clusters.items():
        archivers = [
            each["parameters"] for each in one["spec"].get("plugins", ()) if each.get("isWALArchiver")
        ]
        if [each["barmanObjectName"] in stores for each in archivers] != [True]:
            complaints.append(f"{name}: its log goes nowhere")
        names += [each["serverName"] for each in archivers]
    copied = [one["spec"]["cluster"]["name"] for one in of_kind(objects, "ScheduledBackup")]
    times = [one["spec"]["schedule"] for one in of_kind(objects, "ScheduledBackup")]
    if sorted(copied) != sorted(clusters):
        complaints.append(f"copied are {copied}")
    if len(set(names)) < len(names) or len(set(times)) < len(times):
        complaints.append("two at one place or time")
    ways = {one["spec"]["method"] for one in of_kind(objects, "ScheduledBackup")}
    return complaints + ([] if ways == {"plugin"} else [f"copied by {ways}"])


def roomy(objects):
    """As many connections as all replicas and their doors have at most, one more while it rolls, and who looks."""
    pool = sum(ServiceSettings.model_fields[one].default for one in ("pool_size", "door_pool_size"))
    least = (PARTITIONS + 1) * pool + BESIDE
    return [
        f"{title(one)}: {given} connections, not {least}"
        for one in of_kind(objects, "Cluster")
        if (given := int(one["spec"]["postgresql"]["parameters"].get("max_connections", "0"))) < least
    ]


def apart(objects):
    """What the operator makes of a database has a name nothing of ours has: it would be written over."""
    return [
        f"{title(one)}: its {kind} {name} is there already"
        for one in of_kind(objects, "Cluster")
        for kind, ends in MADE.items()
        for name in (one["metadata"]["name"] + end for end in ends)
        if mentioned(objects, kind, name) is not None
    ]


def reached(objects):
    """The pods of each database let in their own service and its migration, and no other of ours."""
    complaints = []
    for one in of_kind(objects, "Cluster"):
        name, called = one["metadata"]["name"], one["spec"]["inheritedMetadata"]["labels"]
        policies = [
            each
            for each in of_kind(objects, "NetworkPolicy")
            if each["spec"]["podSelector"] == {"matchLabels": {"cnpg.io/cluster": name}}
        ]
        peers = [
            peer["podSelector"]["matchLabels"]
            for policy in policies
            for rule in policy["spec"]["ingress"]
            for peer in rule["from"]
            if "podSelector" in peer and "cnpg.io/cluster" not in peer["podSelector"]["matchLabels"]
        ]
        theirs = {key: called[key] for key in (NAME, TIER)}
        wanted = [theirs | {"app.kubernetes.io/component": word} for word in ("service", "migration")]
        if peers != wanted:
            complaints.append(f"{title(one)}: lets in {peers}")
    return complaints


RULES = (own, doors, pinned, durable, backed_up, roomy, apart, reached)
