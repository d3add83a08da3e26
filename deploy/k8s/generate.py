"""Writes what follows from the tables: ``python -m deploy.k8s.generate``, with ``--check`` only compares."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from deploy.k8s import alerts, counties, doors, kafka, postgres, scaling
from deploy.k8s.naming import CLUSTER, KAFKA_PORT, Object
from schemas.base import TIERS, Tier

FOLDER = Path(__file__).parent
_SAYS = "# Generated from {} by `make generate`: what is changed here is lost.\n"


def files() -> dict[str, str]:
    """Every generated file by its path below this folder."""
    found = {"strimzi/cluster/overseers.yaml": _yaml(kafka.overseers())}
    found["monitoring/alerts.yaml"] = _yaml([alerts.rules()], "deploy/alerts", _Dumper)
    for tier in TIERS:
        found |= _of_tier(tier) | _heard(tier)
    return {f"components/{name}": text for name, text in found.items()} | {
        name: _yaml([made], "deploy/k8s/counties.py") for name, made in counties.files().items()
    }


def _of_tier(tier: Tier) -> dict[str, str]:
    parts: dict[str, tuple[dict[str, list[Object]], dict[str, list[Object]]]] = {
        "strimzi": (
            {"topics": kafka.topics(tier), "users": kafka.users(tier)},
            {"identities": kafka.identities(tier)},
        ),
        "cloudnativepg": (
            {
                "clusters": postgres.clusters(tier),
                "backups": postgres.backups(tier),
                "network": postgres.network(tier),
            },
            {"addresses": postgres.addresses(tier)},
        ),
        "keda": ({"scaling": scaling.by_lag(tier)}, {}),
        "hpa": ({"scaling": scaling.by_work(tier)}, {}),
        "ingress": ({"doors": [doors.ingress(tier)]}, {}),
    }
    found: dict[str, str] = {}
    for part, (resources, patches) in parts.items():
        texts = {
            f"{part}/{tier}/{name}.yaml": _yaml(objects) for name, objects in {**resources, **patches}.items()
        }
        found |= {
            **texts,
            f"{part}/{tier}/kustomization.yaml": _kustomization(part, tier, resources, patches),
        }
    return found


def _heard(tier: Tier) -> dict[str, str]:
    """What others do because a tier is there: applied when all tiers of a county are."""
    patches = {"strimzi": kafka.hearing(tier), "keda": scaling.hearing(tier)}
    return {
        f"{part}/{tier}/heard/kustomization.yaml": _yaml([counties.component(patches=found)])
        for part, found in patches.items()
    }


_FIXED = {"keda", "hpa"}
"""Where the number of replicas is somebody else's, ours must not be set at every `kubectl apply`."""
_COMMON = {"cloudnativepg": ["../every"]}
_BROKERS = f"strimzi.io/cluster: {CLUSTER}, strimzi.io/name: {CLUSTER}-kafka"


def _kustomization(part: str, tier: Tier, resources: Iterable[str], patches: Iterable[str]) -> str:
    changes: list[Any] = [{"path": f"{one}.yaml"} for one in patches]
    if part in _FIXED:
        scaled = {"kind": "Deployment", "labelSelector": f"fengqiao.io/tier={tier}"}
        changes.append({"target": scaled, "patch": "- { op: remove, path: /spec/replicas }\n"})
    if part == "strimzi":
        changes += [_to_brokers(tier), *kafka.overseen(tier)]
    made = counties.component(
        resources=[f"{one}.yaml" for one in resources], components=_COMMON.get(part, ()), patches=changes
    )
    return _yaml([made])


def _to_brokers(tier: Tier) -> Object:
    """Services are let out to the pods the operator makes, which bear its labels and none of ours, at its port."""
    place = "path: /spec/egress/1"
    patch = (
        f"- {{ op: test, {place}/ports/0/port, value: 9092 }}\n"
        f"- {{ op: replace, {place}/ports/0/port, value: {KAFKA_PORT} }}\n"
        f"- {{ op: replace, {place}/to/0/podSelector, value: {{ matchLabels: {{ {_BROKERS} }} }} }}\n"
    )
    selected = f"fengqiao.io/tier={tier},app.kubernetes.io/component=service"
    return {"target": {"kind": "NetworkPolicy", "labelSelector": selected}, "patch": patch}


class _Dumper(yaml.SafeDumper):
    """Writes everything out where it stands: an alias of YAML is for machines."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - as the library has it
        """Never."""
        del data
        return True


class _Lined(_Dumper):
    """And lines as lines, of which a patch has many."""


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Lined.add_representer(str, _lines)


def _yaml(
    objects: Iterable[Object], source: str = "schemas/topics.py", dumper: type[_Dumper] = _Lined
) -> str:
    dumped = yaml.dump_all(objects, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
    return _SAYS.format(source) + dumped


def main(check: bool) -> int:  # noqa: FBT001 - the command line's only word
    """Writes the files, or says which are stale."""
    wanted = {FOLDER / name: text for name, text in files().items()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if check:
        for path in stale:
            sys.stderr.write(f"stale: {path.relative_to(FOLDER)}; run `make generate`\n")
        return bool(stale)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
