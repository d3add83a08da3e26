"""What a locality has of its own that figures are counted by: rings, roles of parties, answers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from policy.model import Policy
from policy.revisits import RESULTS
from policy.whistles import Ring as Times
from schemas.codes import CodeList, of_kind
from services.metrics.headcounts import NOBODY, Headcounts

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring of the whistle, and whether anybody is to arrive in it."""

    name: str
    zh: str
    en: str
    arrives: bool = True


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a party; `many` is how it is called in the name of a rate."""

    code: str
    zh: str
    many: str


RINGS = (
    Ring("1-minute", "一分钟圈", "1-minute ring"),
    Ring("3-minutes", "三分钟圈", "3-minute ring"),
    Ring("5-minutes", "五分钟圈", "5-minute ring"),
    Ring("slow", "限时响应", "slow ring", arrives=False),
)
"""The rings of the product's policy."""
ROLES = (
    Role("reporter", "来访人", "reporters"),
    Role("applicant", "申请人", "applicants"),
    Role("respondent", "被申请人", "respondents"),
)
"""The roles of the product's list."""


@dataclass(frozen=True, slots=True)
class Own:
    """The rings in force, the roles of parties, what a locality's own answers count as, and where a day begins."""

    rings: tuple[Ring, ...] = RINGS
    roles: tuple[Role, ...] = ROLES
    results: tuple[tuple[str, str], ...] = ()
    zone: ZoneInfo = ZONE
    headcounts: Headcounts = NOBODY
    """How many people its areas had, and by which definitions."""

    @property
    def arriving(self) -> tuple[Ring, ...]:
        """The rings in which somebody is to arrive."""
        return tuple(one for one in self.rings if one.arrives)

    def answers(self, counting_as: str) -> tuple[str, ...]:
        """The answers that count as one of the product's, that one first."""
        return counting_as, *(code for code, known in self.results if known == counting_as)

    def and_seen(self, counts: Mapping[str, Mapping[str, int]]) -> "Own":
        """With the rings that figures are there of although they are in force no more, or at another tier."""
        known = {one.name for one in self.rings}
        names = {ring: measures for ring, measures in _by_ring(counts).items() if ring not in known}
        seen = (_ring(name, arrives="arrived" in measures) for name, measures in sorted(names.items()))
        return replace(self, rings=(*self.rings, *seen))


PRODUCT = Own()


def _by_ring(counts: Mapping[str, Mapping[str, int]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for values in counts.values():
        for measure in values:
            kind, _, rest = measure.partition(".")
            if kind == "whistle":
                ring, _, what = rest.partition(".")
                found.setdefault(ring, set()).add(what)
    return found


def _ring(name: str, times: Times | None = None, *, arrives: bool = False) -> Ring:
    known = next((one for one in RINGS if one.name == name), None)
    zh, en = (known.zh, known.en) if known else (name, name)
    if times is None:
        return Ring(name, zh, en, arrives)
    return Ring(name, times.zh or zh, times.en or en, times.arrive is not None)


def own_of(policy: Policy, codes: dict[str, CodeList], headcounts: Headcounts = NOBODY) -> Own:
    """What a policy, the code lists in force and a file of headcounts say."""
    rings = tuple(_ring(name, times) for name, times in policy.whistle.rings.items())
    known = {one.code for one in ROLES}
    labels = of_kind(codes, "party-role")
    roles = (Role(code, zh, en) for code, (zh, en) in labels.items() if code not in known)
    results = {code: "unreachable" for code in of_kind(codes, "revisit-result") if code not in RESULTS}
    every = tuple((results | policy.revisit.results).items())
    return Own(rings, (*ROLES, *roles), every, policy.zone, headcounts)
