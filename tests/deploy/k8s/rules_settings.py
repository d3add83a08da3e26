"""Rules about what a process is told: every variable is one its program knows, every one it needs is given."""

import importlib

from messaging.settings import DatabaseSettings
from tests.deploy.k8s.objects import (
    COMPONENT,
    NAME,
    TIER,
    containers,
    labels,
    mentioned,
    migrations_of,
    of_kind,
    pod,
    services_of,
    title,
    workloads_of,
)

OF_TOPICS = {"FENGQIAO_KAFKA", "FENGQIAO_TOPIC_REPLICAS", "FENGQIAO_KAFKA_TLS_CA"}
STANDARD = ("OTEL_",)
"""Variables whose meaning others define."""
EITHER = {"INTAKE_VAULT_KEY", "INTAKE_VAULT_KEY_FILE"}
NEEDED = {"KAFKA", "HOST", "PORT", "PROBE_PORT", "POLICY", "AREAS"}
"""Settings whose defaults are meant for a laptop: in a cluster each must be said."""


def settings_of(service):
    """The settings class of a service."""
    return importlib.import_module(f"services.{service}.settings").Settings


def variables(kind, service):
    """The variables a settings class reads, and whether each must be given."""
    return {
        str(field.validation_alias or f"{service}_{name}".upper()): field.is_required()
        for name, field in kind.model_fields.items()
    }


def given(container):
    """Variable → where its value comes from."""
    return {one["name"]: one for one in container.get("env", ())}


def known(objects):
    """No variable is there that nobody reads: it would be one somebody believes in."""
    complaints = []
    for one in workloads_of(objects):
        readable = _readable(one)
        complaints += [
            f"{title(one)}: nobody reads {name}"
            for part in containers(one)
            for name in given(part)
            if name not in readable and not name.startswith(STANDARD)
        ]
        complaints += [
            f"{title(one)}: takes all of a ConfigMap" for part in containers(one) if "envFrom" in part
        ]
    return complaints


def _readable(one):
    service = labels(one)[NAME]
    match labels(one)[COMPONENT]:
        case "service":
            return set(variables(settings_of(service), service))
        case "migration":
            return set(variables(DatabaseSettings, service))
        case _:
            return OF_TOPICS


def complete(objects):
    """What a program cannot start without is given to it, and what is right only on a laptop is said otherwise."""
    complaints = []
    for one in (*services_of(objects), *migrations_of(objects)):
        service, serving = labels(one)[NAME], labels(one)[COMPONENT] == "service"
        kind = settings_of(service) if serving else DatabaseSettings
        needed = {name for name, must in variables(kind, service).items() if must}
        needed |= {f"{service}_{name}".upper() for name in NEEDED} if serving else set()
        has = set(given(containers(one)[0]))
        complaints += [f"{title(one)}: {name} is not given" for name in needed - has]
        if serving and service == "intake" and len(EITHER & has) != 1:
            complaints.append(f"{title(one)}: has {EITHER & has} for its vault")
    return complaints


def own(objects):
    """A process is told its own tier, and its own database's address and no other's, never in clear."""
    complaints = []
    for one in (*services_of(objects), *migrations_of(objects)):
        word = f"{labels(one).get(TIER)}-{labels(one)[NAME]}"
        has = given(containers(one)[0])
        if has.get("TIER", {}).get("value") != labels(one).get(TIER):
            complaints.append(f"{title(one)}: is told another tier")
        asked = {
            name: each["valueFrom"]["secretKeyRef"]
            for name, each in has.items()
            if "secretKeyRef" in each.get("valueFrom", {})
        }
        if not _theirs(asked, word, labels(one)[NAME].upper()):
            complaints.append(f"{title(one)}: its secrets are {asked}")
        complaints += [
            f"{title(one)}: {name} stands in clear"
            for name, each in has.items()
            if "://" in each.get("value", "") and "@" in each["value"]
        ]
    return complaints


def _theirs(asked, word, prefix):
    """Whether these are the addresses of a service's own database, for itself and for its door, and nothing else."""
    wanted = {f"{prefix}_POSTGRES": "app", f"{prefix}_DOOR_POSTGRES": "door"}
    return set(asked) == set(wanted) and all(
        each["key"] == "uri"
        and each["name"].startswith((f"{word}-{wanted[name]}", f"{word}-postgres-{wanted[name]}"))
        for name, each in asked.items()
    )


def doors(objects):
    """The ports a process is told are those its pod names, and its Service leads to the door only."""
    complaints = []
    for one in services_of(objects):
        [part] = containers(one)
        has, prefix = given(part), labels(one)[NAME].upper()
        told = {
            "http": has.get(f"{prefix}_PORT", {}).get("value"),
            "probes": has.get(f"{prefix}_PROBE_PORT", {}).get("value"),
        }
        named = {port["name"]: str(port["containerPort"]) for port in part.get("ports", ())}
        if told != named or has.get(f"{prefix}_HOST", {}).get("value") in {None, "127.0.0.1", "localhost"}:
            complaints.append(f"{title(one)}: is told {told}, has {named}")
        service = mentioned(objects, "Service", one["metadata"]["name"])
        leads = [port["targetPort"] for port in service["spec"]["ports"]] if service else []
        if leads != ["http"]:
            complaints.append(f"{title(one)}: its Service leads to {leads}")
    return complaints


def there(objects):
    """Every file a process is told of lies in something it mounts, under the key it has there."""
    complaints = []
    for one in services_of(objects):
        [part] = containers(one)
        places = {each["mountPath"]: each["name"] for each in part["volumeMounts"]}
        volumes = {each["name"]: each for each in pod(one)["volumes"]}
        for name, each in given(part).items():
            folder, _, file = each.get("value", "").rpartition("/")
            if not folder.startswith("/"):
                continue
            volume = volumes.get(places.get(folder, ""), {})
            if not _has(objects, volume, file):
                complaints.append(f"{title(one)}: {name} is {each['value']}, and nothing is there")
    return complaints


def _has(objects, volume, file):
    """Whether a volume will have a file; what an operator makes later is taken at its word."""
    if "secret" in volume:
        found = mentioned(objects, "Secret", volume["secret"]["secretName"])
        return found is None or file in {**found.get("data", {}), **found.get("stringData", {})}
    if "configMap" in volume:
        found = mentioned(objects, "ConfigMap", volume["configMap"]["name"])
        return found is not None and file in found.get("data", {})
    return "projected" in volume


def referred(objects):
    """Every ConfigMap a process is told to read a variable from is there, with the key."""
    complaints = []
    for one in workloads_of(objects):
        for part in containers(one):
            for name, each in given(part).items():
                source = each.get("valueFrom", {}).get("configMapKeyRef")
                found = source and mentioned(objects, "ConfigMap", source["name"])
                if source and (found is None or source["key"] not in found["data"]):
                    complaints.append(f"{title(one)}: {name} comes from nowhere")
    return complaints


def secret(objects):
    """A Secret in these files is no secret: each says that it is for development only."""
    mark = "fengqiao.io/development-only"
    return [
        f"{title(one)}: is rendered" for one in of_kind(objects, "Secret") if labels(one).get(mark) != "true"
    ]


RULES = (known, complete, own, doors, there, referred, secret)
