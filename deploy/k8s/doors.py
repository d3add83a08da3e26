"""The way in: one address for each tier's centre, which path leads to which service, and nothing else."""

from deploy.k8s.naming import Object, labels, metadata, workload
from schemas.base import Service, Tier

PATHS: dict[Service, tuple[str, ...]] = {
    "intake": ("/v1/reports", "/v1/triage", "/v1/activities", "/v1/batches", "/v1/referrals"),
    "routing": ("/v1/incidents", "/v1/contacts", "/v1/ledger", "/paper"),
    "followup": ("/v1/revisits",),
    "metrics": ("/v1/metrics", "/v1/areas", "/board"),
}
"""Documents of the doors, and what Prometheus scrapes, are for the inside."""
FRONT = "/"
"""The board itself; of metrics, and exactly this path."""
_LONG = "3600s"


def ingress(tier: Tier) -> Object:
    """The tier's address; its name is set by an overlay."""
    host = f"{tier}.fengqiao.example"
    paths = [
        *(_path(tier, service, one, "Prefix") for service, found in PATHS.items() for one in found),
        _path(tier, "metrics", FRONT, "Exact"),
    ]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {**metadata(f"{tier}-doors", labels("service", tier)), "annotations": _patient()},
        "spec": {
            "tls": [{"hosts": [host], "secretName": f"{tier}-doors-tls"}],
            "rules": [{"host": host, "http": {"paths": paths}}],
        },
    }


def _patient() -> dict[str, str]:
    # The live stream ends only with the listener, and a controller that gathers it delivers nothing.
    return {
        "nginx.org/proxy-buffering": "false",
        "nginx.org/proxy-read-timeout": _LONG,
        "nginx.org/proxy-send-timeout": _LONG,
        "nginx.org/client-max-body-size": "2m",
    }


def _path(tier: Tier, service: Service, path: str, kind: str) -> Object:
    backend = {"service": {"name": workload(tier, service), "port": {"name": "http"}}}
    return {"path": path, "pathType": kind, "backend": backend}
