"""A database cluster for each service of a tier, its backups, and who may talk to it, as CloudNativePG's objects."""

from deploy.k8s.naming import Object, database, labels, metadata, pods, workloads
from schemas.base import SERVICES, TIERS, Service, Tier

API = "postgresql.cnpg.io/v1"
PLUGIN = "barman-cloud.cloudnative-pg.io"
STORE = "backups"
"""The ObjectStore all clusters write to, each under its own name."""
_EVERY_MIN = 5
_FIRST_HOUR = 1


def clusters(tier: Tier) -> list[Object]:
    """One cluster for each service, with its database and role."""
    return [_cluster(tier, service) for service, _ in workloads(tier)]


def _cluster(tier: Tier, service: Service) -> Object:
    name, called = f"{service}_{tier}", labels("postgres", tier, service)
    return {
        "apiVersion": API,
        "kind": "Cluster",
        "metadata": metadata(database(tier, service), called),
        "spec": {
            "inheritedMetadata": {"labels": called},
            "bootstrap": {
                "initdb": {
                    "database": name,
                    "owner": name,
                    "encoding": "UTF8",
                    # Byte order sorts the same on every machine and after every upgrade.
                    "localeCollate": "C",
                    "localeCType": "C",
                    "dataChecksums": True,
                }
            },
            "managed": {"roles": [_door(tier, service)]},
            "plugins": [
                {
                    "name": PLUGIN,
                    "isWALArchiver": True,
                    "parameters": {"barmanObjectName": STORE, "serverName": database(tier, service)},
                }
            ],
        },
    }


def _door(tier: Tier, service: Service) -> Object:
    """The role of the HTTP door: it may log in. What it may do there the migrations grant, table by table."""
    refused = ("superuser", "bypassrls", "createdb", "createrole", "replication", "inherit")
    return {
        "name": f"{service}_{tier}_door",
        "ensure": "present",
        "login": True,
        **dict.fromkeys(refused, False),
        "passwordSecret": {"name": door(tier, service)},
    }


def door(tier: Tier, service: Service) -> str:
    """The Secret of the door's role: `username` and `password` for the operator, `uri` for the service's pods."""
    return f"{database(tier, service)}-door"


def backups(tier: Tier) -> list[Object]:
    """A full backup of each database every night, one after the other."""
    return [_backup(tier, service) for service, _ in workloads(tier)]


def _backup(tier: Tier, service: Service) -> Object:
    at = (TIERS.index(tier) * len(SERVICES) + SERVICES.index(service)) * _EVERY_MIN
    return {
        "apiVersion": API,
        "kind": "ScheduledBackup",
        "metadata": metadata(database(tier, service), labels("postgres", tier, service)),
        "spec": {
            "schedule": f"0 {at % 60} {_FIRST_HOUR + at // 60} * * *",
            "immediate": True,
            "backupOwnerReference": "self",
            "cluster": {"name": database(tier, service)},
            "method": "plugin",
            "pluginConfiguration": {"name": PLUGIN},
        },
    }


def network(tier: Tier) -> list[Object]:
    """A service and its migration reach their own database, and nobody else does."""
    return [one for service, _ in workloads(tier) for one in _policies(tier, service)]


def _policies(tier: Tier, service: Service) -> list[Object]:
    own = {"matchLabels": {"cnpg.io/cluster": database(tier, service)}}
    theirs = [{"podSelector": pods(tier, service, one)} for one in ("service", "migration")]
    operator = {"namespaceSelector": {"matchLabels": {"fengqiao.io/role": "postgres-operator"}}}
    people = {"namespaceSelector": {"matchLabels": {"fengqiao.io/role": "operators"}}}
    monitoring = {"namespaceSelector": {"matchLabels": {"fengqiao.io/role": "monitoring"}}}
    itself = {"podSelector": own}
    inside = {
        "podSelector": own,
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"from": [*theirs, itself, operator, people], "ports": _ports(5432)},
            {"from": [itself, operator], "ports": _ports(8000)},
            {"from": [monitoring], "ports": _ports(9187)},
        ],
        # Kubernetes itself, which tells who leads, and the object store: addresses no file can know.
        "egress": [{"to": [itself], "ports": _ports(5432, 8000)}, {"ports": _ports(443, 6443)}],
    }
    to_it = {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [{"to": [itself], "ports": _ports(5432)}],
    }
    outside = [
        (f"{one}-to-postgres", {**to_it, "podSelector": pods(tier, service, one)})
        for one in ("service", "migration")
    ]
    # Found by the operator's own label, which every release of it writes; and so without a tier of its own.
    name, called = database(tier, service), labels("postgres")
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": metadata(word, called),
            "spec": spec,
        }
        for word, spec in [(name, inside), *((f"{tier}-{service}-{word}", spec) for word, spec in outside)]
    ]


def _ports(*numbers: int) -> list[Object]:
    return [{"protocol": "TCP", "port": one} for one in numbers]


def addresses(tier: Tier) -> list[Object]:
    """Patches: where each workload and its migration find their database, and its door does.

    The operator writes the first Secret; the second is made by whoever installs, and read by both.
    """
    return [one for service, name in workloads(tier) for one in _told(tier, service, name)]


def _told(tier: Tier, service: Service, name: str) -> list[Object]:
    secrets = {"POSTGRES": f"{database(tier, service)}-app", "DOOR_POSTGRES": door(tier, service)}
    env = [
        {"name": f"{service.upper()}_{one}", "valueFrom": {"secretKeyRef": {"name": secret, "key": "uri"}}}
        for one, secret in secrets.items()
    ]
    return [
        {
            "apiVersion": api,
            "kind": kind,
            "metadata": {"name": called},
            "spec": {"template": {"spec": {"containers": [{"name": container, "env": env}]}}},
        }
        for api, kind, called, container in (
            ("apps/v1", "Deployment", name, service),
            ("batch/v1", "Job", f"{name}-migration-release", "migration"),
        )
    ]
