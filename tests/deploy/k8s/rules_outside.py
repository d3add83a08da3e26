"""Rules about the way in: every path of every door leads to its service and to no other, and nothing else is open."""

from starlette.routing import Mount

from tests.deploy.k8s.objects import mentioned, of_kind, services_of, tiers_of, title
from tests.services.doors import SERVICES, compose

INSIDE = ("/openapi.json", "/docs", "/metrics")
"""Documents, and what Prometheus scrapes."""
PATIENT_S = 600


def _routes():
    """(service, path) of everything a door answers."""
    return [
        (service, route.path + ("/x" if isinstance(route, Mount) else ""))
        for service in SERVICES
        for route in compose(service).routes
    ]


def _leads(paths, wanted):
    """Where a controller sends a path: the longest prefix of whole elements, or exactly."""

    def fits(one):
        exact = wanted == one["path"]
        return exact or (one["pathType"] == "Prefix" and wanted.startswith(one["path"].rstrip("/") + "/"))

    found = sorted((one for one in paths if fits(one)), key=lambda one: len(one["path"]))
    return found[-1]["backend"]["service"]["name"] if found else None


def leads(objects):
    """Whatever a door answers is reached through the tier's address, but for what is meant for the inside."""
    complaints = []
    for one in of_kind(objects, "Ingress"):
        tier = one["metadata"]["labels"]["fengqiao.io/tier"]
        paths = [path for rule in one["spec"]["rules"] for path in rule["http"]["paths"]]
        for service, path in _routes():
            wanted = None if path.startswith(INSIDE) else f"{tier}-{service}"
            if (found := _leads(paths, path)) != wanted:
                complaints.append(f"{title(one)}: {path} leads to {found}, not {wanted}")
    tiers = sorted(one["metadata"]["labels"]["fengqiao.io/tier"] for one in of_kind(objects, "Ingress"))
    return complaints + ([] if tiers == sorted(tiers_of(objects)) else [f"addresses of {tiers}"])


def doors_only(objects):
    """Nothing but doors: the Service is there, and so is the port of the pods behind it, which is not the probes'."""
    complaints = []
    for one in of_kind(objects, "Ingress"):
        for path in (path for rule in one["spec"]["rules"] for path in rule["http"]["paths"]):
            target = path["backend"]["service"]
            service = mentioned(objects, "Service", target["name"])
            ports = {each["name"]: each["targetPort"] for each in service["spec"]["ports"]} if service else {}
            behind = ports.get(target["port"].get("name"))
            if behind != "http" or target["name"] not in {
                each["metadata"]["name"] for each in services_of(objects)
            }:
                complaints.append(f"{title(one)}: {path['path']} leads to {target}")
    return complaints


def private(objects):
    """Every address has a certificate, and each tier one of its own."""
    complaints, secrets = [], []
    for one in of_kind(objects, "Ingress"):
        hosts = {rule.get("host") for rule in one["spec"]["rules"]}
        covered = {host for each in one["spec"].get("tls", ()) for host in each["hosts"]}
        secrets += [each["secretName"] for each in one["spec"].get("tls", ())]
        if hosts != covered or None in hosts:
            complaints.append(f"{title(one)}: {hosts ^ covered} in clear, or for nothing")
    return complaints + ([] if len(secrets) == len(set(secrets)) else ["two tiers share a certificate"])


def patient(objects):
    """The live stream is not gathered, and lasts."""
    complaints = []
    for one in of_kind(objects, "Ingress"):
        notes = one["metadata"].get("annotations", {})
        lasts = int(notes.get("nginx.org/proxy-read-timeout", "0s").removesuffix("s"))
        if notes.get("nginx.org/proxy-buffering") != "false" or lasts < PATIENT_S:
            complaints.append(f"{title(one)}: the stream ends, or is gathered")
    return complaints


RULES = (leads, doors_only, private, patient)
