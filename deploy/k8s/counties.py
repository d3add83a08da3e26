"""Counties by the tiers they have: all three, or some; and what of each part belongs to one that has some."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from deploy.k8s.naming import Object
from schemas.base import TIERS, Tier, height

FROM_ABOVE: tuple[Tier, ...] = tuple(reversed(TIERS))
COUNTIES = [tiers for count in (1, 2) for tiers in combinations(FROM_ABOVE, count)]
"""Those that lack a tier, by the tiers they have."""
PARTS: dict[str, tuple[str | None, bool]] = {
    "strimzi": ("cluster", True),
    "cloudnativepg": (None, False),
    "keda": ("access", True),
    "hpa": (None, False),
    "ingress": (None, False),
}
"""For each part: what it has besides its tiers, and whether tiers hear each other in it. For all three tiers, the
same stands in `components/<part>/kustomization.yaml`."""


def component(**made: Sequence[object]) -> Object:
    """A Component of what is not empty."""
    filled = {key: list(value) for key, value in made.items() if value}
    return {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", **filled}


def made_of(part: str, tiers: Sequence[Tier]) -> list[str]:
    """What a part has for a county of these tiers; what tiers hear of each other comes when all are there."""
    first, heard = PARTS[part]
    hearing = [f"{tier}/heard" for tier in tiers] if heard and len(tiers) > 1 else []
    return [*([first] if first else []), *tiers, *hearing]


def files() -> dict[str, Object]:
    """For every county that lacks a tier: its services, and each part."""
    found: dict[str, Object] = {}
    for tiers in COUNTIES:
        folder = f"counties/{'-'.join(tiers)}"
        found[f"{folder}/kustomization.yaml"] = _services(tiers)
        for part in PARTS:
            parts = [f"../../../components/{part}/{one}" for one in made_of(part, tiers)]
            found[f"{folder}/{part}/kustomization.yaml"] = component(components=parts)
        found[f"{folder}/monitoring/kustomization.yaml"] = _watched(tiers)
    return found


def _services(tiers: Iterable[Tier]) -> Object:
    """The tiers, each told which there are."""
    said = {"name": "COUNTY_TIERS", "value": ",".join(tiers)}
    patch = f"- op: add\n  path: /spec/template/spec/containers/0/env/-\n  value: {said}\n"
    target = {"kind": "Deployment", "labelSelector": "app.kubernetes.io/component=service"}
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [f"../../tiers/{one}" for one in tiers],
        "patches": [{"target": target, "patch": patch}],
    }


def _watched(tiers: Iterable[Tier]) -> Object:
    """The figures are asked of the uppermost tier, which hears all."""
    top = max(tiers, key=height)
    where = "/spec/selector/matchLabels/fengqiao.io~1tier"
    patch = f"- {{ op: replace, path: {where}, value: {top} }}\n"
    figures = {"target": {"kind": "PodMonitor", "name": "fengqiao-figures"}, "patch": patch}
    return component(
        components=["../../../components/monitoring"], patches=[figures] if top != TIERS[-1] else []
    )
