"""Rules about each pod alone: what it may do, what it is asked for, what it is given, how it ends."""

from messaging.database import COMMAND_TIMEOUT_S
from messaging.producer import SEND_S, STOP_S
from messaging.tracing import LAST_S
from messaging.web import GRACE_S
from tests.deploy.k8s.objects import (
    LASTING,
    RUNNING,
    containers,
    mentioned,
    of_kind,
    pod,
    services_of,
    title,
)

LIBRARY_S = 15
"""What the consuming library waits for a handler when it is closed (its `graceful_timeout`)."""
POOL_S = 1
HARMLESS = {"configMap", "secret", "emptyDir", "projected", "persistentVolumeClaim", "csi", "ephemeral"}
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
PROBES = {"startupProbe": "/live", "livenessProbe": "/live", "readinessProbe": "/open"}


def every_container(objects):
    """Each container with the workload it belongs to."""
    return [(one, part) for one in of_kind(objects, *RUNNING) for part in containers(one)]


def restricted(objects):
    """No container may do more than its work needs: the `restricted` standard, and a root that cannot be written."""
    complaints = [
        f"{title(one)}: {key} is {part.get('securityContext', {}).get(key)}"
        for one, part in every_container(objects)
        for key, wanted in RESTRICTED.items()
        if part.get("securityContext", {}).get(key) != wanted
    ]
    for one in of_kind(objects, *RUNNING):
        whole = pod(one).get("securityContext", {})
        if not whole.get("runAsUser") or not whole.get("runAsNonRoot"):
            complaints.append(f"{title(one)}: may run as root")
        complaints += [
            f"{title(one)}: {key}" for key in ("hostNetwork", "hostPID", "hostIPC") if pod(one).get(key)
        ]
        kinds = {kind for volume in pod(one).get("volumes", ()) for kind in set(volume) - {"name"}}
        complaints += [f"{title(one)}: a volume of {kind}" for kind in kinds - HARMLESS]
    return complaints


def writable_only_where_said(objects):
    """A root that cannot be written needs a bounded place for what is written all the same."""
    complaints = []
    for one in of_kind(objects, *RUNNING):
        empty = {each["name"]: each["emptyDir"] for each in pod(one).get("volumes", ()) if "emptyDir" in each}
        complaints += [
            f"{title(one)}: {name} has no bound" for name, each in empty.items() if "sizeLimit" not in each
        ]
        for part in containers(one):
            if "/tmp" not in {
                each["mountPath"] for each in part.get("volumeMounts", ()) if each["name"] in empty
            }:
                complaints.append(f"{title(one)}: nothing may be written to /tmp")
    return complaints


def no_token(objects):
    """Nothing of ours talks to Kubernetes: each pod has an account of its own, and nobody a token of one."""
    complaints = [
        f"{title(one)}: gives its token away"
        for one in of_kind(objects, "ServiceAccount")
        if one.get("automountServiceAccountToken") is not False
    ]
    for one in of_kind(objects, *RUNNING):
        account = pod(one).get("serviceAccountName", "default")
        if mentioned(objects, "ServiceAccount", account) is None:
            complaints.append(f"{title(one)}: its account {account} is not rendered")
        if pod(one).get("automountServiceAccountToken") is not False:
            complaints.append(f"{title(one)}: is given a token")
        if pod(one).get("enableServiceLinks") is not False:
            complaints.append(f"{title(one)}: Services write into its environment")
    return complaints


def resources(objects):
    """Memory is asked for as it is bounded, so that no neighbour is starved; processor time is asked for only."""
    complaints = []
    for one, part in every_container(objects):
        asked, most = (part.get("resources", {}).get(key, {}) for key in ("requests", "limits"))
        if not asked.get("memory") or asked.get("memory") != most.get("memory"):
            complaints.append(f"{title(one)}: memory {asked.get('memory')} of {most.get('memory')}")
        if "cpu" in most:
            complaints.append(f"{title(one)}: its processor time is bounded")
        if "cpu" not in asked:
            complaints.append(f"{title(one)}: asks for no processor time")
    return complaints


def probed(objects):
    """Whatever runs on is asked for its start, its life and its door; a service never for what others answer."""
    ours = {title(one) for one in services_of(objects)}
    complaints = []
    for one in of_kind(objects, *LASTING):
        for part in pod(one)["containers"]:
            complaints += [f"{title(one)}: no {name}" for name in PROBES if name not in part]
            asked = {name: part.get(name, {}).get("httpGet") for name in PROBES}
            wanted = {name: {"path": path, "port": "probes"} for name, path in PROBES.items()}
            if title(one) in ours and asked != wanted:
                complaints.append(f"{title(one)}: is asked {asked}")
    return complaints


def slowest_end():
    """How long a process may take from SIGTERM to its end, by its own constants.

    Its door, a batch in hand whose statement runs into its time-out and whose roll-back does so as well, the group,
    what the relay has in hand, its client, the pool, the last spans.
    """
    return GRACE_S + 2 * COMMAND_TIMEOUT_S + LIBRARY_S + SEND_S + 2 * STOP_S + POOL_S + LAST_S


def grace(objects):
    """A process is given longer to end than its longest end takes, and stays open until all nodes know."""
    complaints = []
    for one in services_of(objects):
        given = pod(one).get("terminationGracePeriodSeconds", 30)
        before = _open_after(containers(one)[0])
        if given < before + slowest_end():
            complaints.append(
                f"{title(one)}: {given} s to end, of which {before} s still open; {slowest_end()} s more"
            )
        if before <= 0:
            complaints.append(f"{title(one)}: closes its door while requests are still sent to it")
    return complaints


def _open_after(container):
    """For how long a process that was told to stop goes on answering."""
    return next((float(one["value"]) for one in container["env"] if one["name"].endswith("_DRAIN_S")), 0.0)


def replaced_without_a_gap(objects):
    """A successor takes over before anybody goes, and few old descriptions are kept."""
    wanted = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    gaps = [one for one in services_of(objects) if one["spec"].get("strategy") != wanted]
    old = [one for one in services_of(objects) if "revisionHistoryLimit" not in one["spec"]]
    return [
        *(f"{title(one)}: is replaced with a gap" for one in gaps),
        *(f"{title(one)}: keeps ten old descriptions" for one in old),
    ]


def one_image(objects):
    """Everything of ours is the same release, and everything is pinned."""
    complaints = []
    for one, part in every_container(objects):
        name, _, tag = part["image"].rpartition(":")
        if "@" not in part["image"] and (not name or "/" in tag or tag == "latest"):
            complaints.append(f"{title(one)}: {part['image']} may be another one tomorrow")
    ours = {part["image"] for one, part in every_container(objects) if "fengqiao" in part["image"]}
    return complaints if len(ours) <= 1 else [*complaints, f"several releases at once: {sorted(ours)}"]


RULES = (
    restricted,
    writable_only_where_said,
    no_token,
    resources,
    probed,
    grace,
    replaced_without_a_gap,
    one_image,
)
