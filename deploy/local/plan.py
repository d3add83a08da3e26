"""What a local stack consists of: which tiers and services, how many of each, and the files they read."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import deploy

TIERS = ("county", "town", "village")
SERVICES = ("intake", "routing", "followup", "metrics")
PROJECT = Path(deploy.__file__).resolve().parents[1]

# supervisord's configuration file gives these a meaning and has no escape for most of them.
_UNSAFE = frozenset("\"'%;#,\\\n")


class StackError(Exception):
    """The local stack cannot do what was asked; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The choice a caller makes; the defaults are the whole county."""

    tiers: tuple[str, ...] = TIERS
    services: tuple[str, ...] = SERVICES
    replicas: int = 1
    places: Mapping[str, int] = field(default_factory=dict)
    """Processes of single workloads, by name such as ``village-routing``, where they are not `replicas`."""
    providers_only: bool = False
    policy: Path = PROJECT / "policy" / "default.yaml"
    areas: Path = PROJECT / "policy" / "areas-620522.csv"
    codes: Path | None = None
    sign_in: bool = False
    """Whether callers need tokens, of the stack's own issuer; without it doors are open to this machine."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Further environment of every service, such as ``ROUTING_GATHER_MS``; wins over what the stack sets."""

    def __post_init__(self) -> None:
        unknown = [*sorted(set(self.tiers) - set(TIERS)), *sorted(set(self.services) - set(SERVICES))]
        if unknown:
            raise StackError(f"unknown tier or service: {', '.join(unknown)}")
        if any(count < 1 for count in (self.replicas, *self.places.values())):
            raise StackError("replicas: at least 1")
        if strange := self.places.keys() - {Instance(*one, 1).name for one in product(TIERS, SERVICES)}:
            raise StackError(f"unknown workload: {', '.join(sorted(strange))}")

    def instances(self) -> list["Instance"]:
        """Every service process of this plan, in the order it is shown."""
        if self.providers_only:
            return []
        return [one for workload in product(self.tiers, self.services) for one in self._of(*workload)]

    def names(self, workload: str) -> list[str]:
        """The program names of one workload."""
        return [one.name for one in self._of(*workload.split("-"))]

    def _of(self, tier: str, service: str) -> list["Instance"]:
        count = self.places.get(f"{tier}-{service}", self.replicas)
        return [Instance(tier, service, number) for number in range(1, count + 1)]

    def missing_files(self) -> list[Path]:
        """The files this plan names that are not there; providers alone read none."""
        wanted = (
            [] if self.providers_only else [self.policy, self.areas, *([self.codes] if self.codes else [])]
        )
        return [path for path in wanted if not path.exists()]


@dataclass(frozen=True, slots=True)
class Instance:
    """One process of one service in one tier."""

    tier: str
    service: str
    number: int

    @property
    def name(self) -> str:
        """The program name: ``village-routing``, and ``village-routing-2`` for the second replica."""
        return f"{self.tier}-{self.service}" + (f"-{self.number}" if self.number > 1 else "")


@dataclass(frozen=True, slots=True)
class Program:
    """One process the supervisor keeps alive."""

    name: str
    command: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 15
    restart: bool = True


def safe_path(path: Path) -> Path:
    """The absolute path, refused when a character in it would break the supervisor's configuration file."""
    absolute = path.expanduser().resolve()
    if bad := sorted(set(str(absolute)) & _UNSAFE):
        raise StackError(
            f"the path {absolute} contains {' '.join(map(repr, bad))}; choose another folder with --data"
        )
    return absolute


def fingerprint(path: Path) -> str:
    """Eight characters that tell data folders apart where a whole path does not fit."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]
