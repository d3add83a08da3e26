"""What a rate is: numerator, denominator, cohort, rounding. Pure; a rate without a denominator has no value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from services.metrics import asking, care, cohorts, rounds, standing, supervised
from services.metrics.own import ANSWERED, PRODUCT, RINGS, UNHEARD, Own, Ring, Role
from services.metrics.sketches import Sketch, read

Counts = Mapping[str, Mapping[str, int]]
"""Tier → measure → value, each the sum over the areas, days, categories and channels asked for."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A definition. `tier` restricts the numerator; the denominator always covers all tiers."""

    id: str
    zh: str
    en: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    cohort_zh: str
    cohort_en: str
    tier: Literal["village", "town", "county"] | None = None
    apart: tuple[str, ...] = ()
    """Measures shown beside the rate because they must not disappear in it."""
    within: bool = False
    """Whether what is counted is a part of the denominator: more than that shows the denominator to be incomplete."""

    def value(self, numerator: int, denominator: int) -> str | None:
        """The percentage; None without a denominator, or with one that is known to be incomplete."""
        return None if self.within and numerator > denominator else percent(numerator, denominator)


def _share(tier: Literal["village", "town", "county"], zh: str, en: str) -> Rate:
    return Rate(
        f"resolved_in_{tier}@1", zh, en, ("resolved",), ("resolved",),
        "所选期间化解且未反弹的事件", "incidents resolved in the period and not reopened", tier,
    )  # fmt: skip


def _satisfaction(role: Role, own: Own) -> Rate:
    """Own answers count as what the policy says; one that counts as nothing stands apart."""
    heard, unheard = (
        tuple(f"answer.{role.code}.{code}" for one in results for code in own.answers(one))
        for results in (ANSWERED, UNHEARD)
    )
    return Rate(
        f"satisfaction.{role.code}@1", f"{role.zh}满意率", f"Satisfaction of {role.many}",
        heard[: len(own.answers(ANSWERED[0]))], heard, "所选期间化解的事件中已答复的当事人",
        "parties of incidents resolved in the period who answered", None, unheard,
    )  # fmt: skip


JOINT_COUNTS = (
    "whistles", "whistles_called_off", "sessions.called", "sessions.adjourned", "sessions.held", "sessions.missed",
    "sessions.cancelled", "agreements", "agreements.confirmed", "agreements.refused", *(
        f"whistle.{ring}.{one}"
        for ring in (one.name for one in RINGS)
        for one in ("called", "acknowledged", "acknowledged_in_time", "arrived", "arrived_in_time", "supported",
                    "reported", "excused", "unresponsive", "called_off")
    ),
)  # fmt: skip
"""What is done together with others."""


def _in_time(step: str, zh: str, en: str, rings: Iterable[Ring]) -> tuple[Rate, ...]:
    return tuple(
        Rate(
            f"{step}_in_time.{ring.name}@1", f"{ring.zh}按时{zh}率", f"{en} in time, {ring.en}",
            (f"whistle.{ring.name}.{step}_in_time",), (f"whistle.{ring.name}.called",),
            "所选期间被吹哨的参与方", "participants called in the period", None,
            tuple(f"whistle.{ring.name}.{one}" for one in ("unresponsive", "excused", "called_off")),
        )
        for ring in rings
    )  # fmt: skip


_OF_THE_MATTER = (
    _share("village", "矛盾不上交率（村级化解占比）", "Resolved in the village"),
    _share("town", "镇级化解占比", "Resolved in the town"),
    _share("county", "县级化解占比", "Resolved in the county"),
    Rate(
        "closure_rate@1", "销号率", "Closure rate", ("cohort.closed",), ("received",),
        "所选期间受理的事件", "incidents reported in the period",
    ),
    Rate(
        "on_time@1", "按期化解率", "Resolved on time", ("on_time",), ("with_target",),
        "所选期间化解且有期限的事件", "incidents resolved in the period that had a target",
    ),
    Rate(
        "revisit_coverage@1", "回访覆盖率", "Revisit coverage", ("revisited",), ("resolutions",),
        "所选期间的每一次化解", "every resolution in the period",
    ),
    Rate(
        "adoption@1", "议题采纳率", "Items adopted", ("activity.deliberation.adopted",),
        ("activity.deliberation.raised",), "所选期间提出的议题（采纳可能晚于提出）",
        "items raised in the period; one may be adopted later than it was raised",
    ),
)  # fmt: skip
_TOGETHER = (
    Rate(
        "joint_agreement@1", "联合调解协议达成率", "Agreements of joint mediation", ("agreements",), ("sessions.held",),
        "所选期间召开的联合调解", "sessions of joint mediation held in the period", None,
        ("sessions.missed", "sessions.cancelled"),
    ),
    Rate(
        "joint_held@1", "联合调解召开率", "Sessions of joint mediation held", ("sessions.held",),
        ("sessions.held", "sessions.missed"), "所选期间召开或未能召开的联合调解",
        "sessions of joint mediation held or missed in the period", None, ("sessions.cancelled", "sessions.adjourned"),
    ),
    Rate(
        "diversion@1", "对接分流率", "Diversion rate", ("referral.diverted",), ("referral.eligible",),
        "来源单位申报的可分流案件", "matters the sources declared as eligible", None,
        ("referral.offered", "referral.returned"), within=True,
    ),
    Rate(
        "diversion_success@1", "对接化解成功率", "Diverted matters settled", ("referral.succeeded",),
        ("referral.diverted",), "所选期间来自其他单位并已受理的案件", "matters accepted from other bodies",
        None, ("referral.failed",),
    ),
    Rate(
        "referred_success@1", "移出分流办成率", "Referred matters settled", ("referred.succeeded",),
        ("referred.succeeded", "referred.failed"), "所选期间移出后已有结果的事件",
        "incidents referred out whose result came in the period", None,
        ("referred.returned", "referred.recalled", "referred.overdue"),
    ),
    Rate(
        "triage_overruled@1", "研判改判率", "Triage overruled", ("triage_overruled",), ("received",),
        "所选期间受理的事件", "incidents reported in the period", None, ("triaged",),
    ),
)  # fmt: skip


def rates(own: Own = PRODUCT) -> tuple[Rate, ...]:
    """All rates of a locality."""
    return (
        *_OF_THE_MATTER,
        *(_satisfaction(one, own) for one in own.roles),
        *_in_time("acknowledged", "响应", "Acknowledged", own.rings),
        *_in_time("arrived", "到场", "Arrived", own.arriving),
        *_TOGETHER,
    )


RATES = rates()
"""Those of the product's policy and lists."""

COUNTS = (
    "received", "opened", "accepted", "resolved", "closed", "open", "escalated", "returned", "sent_down", "reopened",
    "triaged", "triage_overruled",
    "suspended", "extended", "revisited", "resolutions", "revisit_overdue", "overdue.accept", "overdue.handle",
    "overdue_again",
    "on_time", "with_target", *supervised.COUNTS, *asking.COUNTS, *JOINT_COUNTS, *rounds.COUNTS, *care.COUNTS,
    "transferred", "transferred.accepted", "transferred.returned", "transferred.recalled", "transferred.overdue",
    "referred", "referred.accepted", "referred.returned", "referred.succeeded", "referred.failed", "referred.recalled",
    "referred.overdue", "returned_to_source", "referral.eligible", "referral.offered", "referral.accepted",
    "referral.diverted", "referral.returned", "referral.succeeded", "referral.failed",
    "proposed", "dismissed", "linked", "unlinked", "resolved_with_lead", *standing.COUNTS, *cohorts.COUNTS,
)  # fmt: skip
ACTIVITY = "activity."
"""How the measures of activities begin."""
COHORT = "cohort."
"""How those begin that count under the day of the report."""
_TIMES = (
    ("time_to_accept", "接单用时", "Time to accept"),
    ("time_to_take", "认领用时", "Time to take it on"),
    ("time_to_resolve", "化解用时", "Time to resolve"),
    ("time_to_revisit", "回访用时", "Time to revisit"),
    ("time_to_arrive", "到场用时", "Time to arrive"),
)


def distributions(own: Own = PRODUCT) -> tuple[tuple[str, str, str], ...]:
    """All durations of a locality."""
    heard = (
        (f"time_to_acknowledge.{one.name}", f"{one.zh}响应用时", f"Time to acknowledge, {one.en}")
        for one in own.rings
    )
    there = (
        (f"time_to_arrive.{one.name}", f"{one.zh}到场用时", f"Time to arrive, {one.en}")
        for one in own.arriving
    )
    return (*_TIMES, *heard, *there)


DISTRIBUTIONS = distributions()


def counters(counts: Counts) -> tuple[str, ...]:
    """All that is counted, the product's first; activities and the buckets of durations go by themselves."""
    seen = {name for values in counts.values() for name in values if ":" not in name}
    own = (name for name in sorted(seen.difference(COUNTS)) if not name.startswith((ACTIVITY, COHORT)))
    return (*COUNTS, *own)


def total(counts: Counts, measures: Iterable[str], tier: str | None = None) -> int:
    """The sum of some measures over all tiers, or of one."""
    wanted = tuple(measures)
    return sum(
        values.get(one, 0) for name, values in counts.items() if tier in {None, name} for one in wanted
    )


def percent(numerator: int, denominator: int) -> str | None:
    """A percentage with two decimals, half up; None without a denominator."""
    if denominator == 0:
        return None
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    return str(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Distribution:
    """A duration, and how long it took."""

    id: str
    zh: str
    en: str
    sketch: Sketch


def distribution(name: tuple[str, str, str], counts: Counts) -> Distribution:
    """A duration over all tiers."""
    measure, zh, en = name
    return Distribution(f"{measure}@1", zh, en, read(measure, counts.values()))
