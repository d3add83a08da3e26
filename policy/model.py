"""The shape of a policy file."""

from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from policy.assignment import Assignment
from policy.complete import complete, placed
from policy.days import LocalDays
from policy.duplicates import DuplicateRules
from policy.mediation import Mediation
from policy.parts import (
    SEVERITIES,
    Deadline,
    MissedStep,
    OwnOutcome,
    OwnSeverity,
    Part,
    Reason,
    Severity,
)
from policy.referrals import ReferralRules
from policy.retention import RetentionRules
from policy.revisits import RevisitRules, SupportRules
from policy.spans import Span, Where, span_of
from policy.supervision import Supervision
from policy.triage import TriageRule
from policy.watching import Flags, Unusual
from policy.whistles import Whistles
from policy.zones import ZoneName
from schemas.base import TIERS, AreaCode, Tier, height
from schemas.codes import CodeList, bare, find


class Clock(Part):
    """How long a centre has to accept an incident, and then to handle it."""

    accept: Deadline
    handle: Deadline


class MissedAt(Part):
    """What is different at one tier; what is left out is as at all."""

    accept: MissedStep | None = None
    handle: MissedStep | None = None


class Missed(Part):
    """What happens when a deadline passes; at the county, where nothing is above, it is always an alarm."""

    accept: MissedStep = "escalate"
    handle: MissedStep = "escalate"
    again: Deadline = span_of("1 working day")
    """Where it stays: how long after one alarm it is said again, for as long as the step is not done."""
    tiers: dict[Tier, MissedAt] = {}  # noqa: RUF012 - pydantic copies it

    def at(self, tier: Tier, step: Literal["accept", "handle"]) -> tuple[MissedStep, tuple[str, ...]]:
        """What happens at a tier, and where that is written."""
        own: MissedStep | None = getattr(self.tiers.get(tier), step, None)
        return (getattr(self, step), (step,)) if own is None else (own, ("tiers", tier, step))


class Skip(Part):
    """A permission to escalate past a tier; `by_itself`, what climbs goes this way although nobody says so."""

    from_tier: Tier
    to_tier: Tier
    severities: tuple[Severity, ...]
    areas: tuple[AreaCode, ...] = ()
    """Each with all in it; an empty list means everywhere."""
    by_itself: bool = False
    """Whether there is no centre between to be passed over, or none that would do anything."""

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        if height(self.to_tier) < height(self.from_tier) + 2:
            raise ValueError("a skip goes up by two tiers; one tier needs no permission")
        return self

    def fits(self, severity: Severity, area: str) -> bool:
        """Whether it is about a matter of a severity in an area."""
        return severity in self.severities and (not self.areas or area.startswith(self.areas))


class Pauses(Part):
    """挂起, 延期: the reasons for which a clock may stand still, or run longer; an empty list allows none."""

    suspend: tuple[Reason, ...] = ("awaiting-appraisal", "awaiting-ruling", "party-away", "force-majeure")
    extend: tuple[Reason, ...] = ("complex", "more-facts-needed", "needs-departments", "parties-agree")


class Policy(Part):
    """One released policy. An incident keeps the version it began with."""

    version: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[0-9]+$")]
    time_zone: ZoneName = "Asia/Shanghai"
    severities: dict[OwnSeverity, Severity] = {}  # noqa: RUF012 - pydantic copies it
    """A locality's own severities, bare, and which of the three each is dealt with as; others are ordinary."""
    outcomes: dict[OwnOutcome, Literal["success", "failure"]] = {}  # noqa: RUF012 - pydantic copies it
    """A locality's own outcomes, bare, and which of the two each counts as; others are no success."""
    triage: tuple[TriageRule, ...] = ()
    first_tier: dict[Severity, Tier]
    clocks: dict[Tier, dict[Severity, Clock]]
    missed: Missed = Missed()
    skips: tuple[Skip, ...] = ()
    pauses: Pauses = Pauses()
    referrals: ReferralRules = ReferralRules()
    duplicates: DuplicateRules = DuplicateRules()
    retention: RetentionRules = RetentionRules()
    assignment: Assignment = Assignment()
    calendar: LocalDays = LocalDays()
    supervision: Supervision = Supervision()
    revisit: RevisitRules
    support: SupportRules = SupportRules()
    whistle: Whistles = Whistles()
    mediation: Mediation = Mediation()
    flags: Flags = Flags()
    unusual: Unusual = Unusual()
    _lists: dict[str, CodeList] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _reads_codes(self, info: ValidationInfo) -> Self:
        self._lists.update((info.context or {}).get("lists") or {})
        return self

    @field_validator("severities")
    @classmethod
    def _its_own(cls, value: dict[str, Severity]) -> dict[str, Severity]:
        if wrong := [one for one in SEVERITIES if one in value]:
            raise ValueError(f"not the locality's own, it is dealt with as itself: {', '.join(wrong)}")
        return value

    @field_validator("outcomes")
    @classmethod
    def _neither(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [one for one in ("success", "failure") if one in value]:
            raise ValueError(f"not the locality's own, it counts as itself: {', '.join(wrong)}")
        return value

    @field_validator("triage")
    @classmethod
    def _dealt_with(cls, value: tuple[TriageRule, ...], info: ValidationInfo) -> tuple[TriageRule, ...]:
        known = {*SEVERITIES, *info.data.get("severities", [one.severity for one in value])}
        problem = f"must be one of {', '.join(sorted(known))}; severities says as what others are dealt with"
        wrong = [(at, "severity") for at, one in enumerate(value) if one.severity not in known]
        return placed(value, [(place, problem) for place in wrong])

    @field_validator("triage")
    @classmethod
    def _named_once(cls, value: tuple[TriageRule, ...]) -> tuple[TriageRule, ...]:
        names = [one.name for one in value]
        if twice := sorted({one for one in names if names.count(one) > 1}):
            raise ValueError(f"two rules have the same name: {', '.join(twice)}")
        return value

    @field_validator("first_tier", mode="wrap")
    @classmethod
    def _every_severity(cls, value: object, handler: ValidatorFunctionWrapHandler) -> object:
        return complete(value, handler, [(one,) for one in SEVERITIES])

    @field_validator("clocks", mode="wrap")
    @classmethod
    def _every_clock(cls, value: object, handler: ValidatorFunctionWrapHandler) -> object:
        return complete(value, handler, [(tier, one) for tier in TIERS for one in SEVERITIES])

    @field_validator("referrals")
    @classmethod
    def _pauses_by_rule(cls, value: ReferralRules, info: ValidationInfo) -> ReferralRules:
        allowed = info.data["pauses"].suspend if "pauses" in info.data else value.pauses().values()
        wrong = [place for place, reason in value.pauses().items() if reason not in allowed]
        return placed(value, [(place, "not a reason of pauses.suspend") for place in wrong])

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone whose midnight begins a day."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def where(self) -> Where:
        """Whose days its deadlines are counted in."""
        return Where(self.zone, self.calendar.calendar)

    def severity(self, code: str) -> Severity:
        """As which of the three a matter of a severity, bare or in full, is dealt with."""
        name = bare(code)
        if name in self.severities:
            return self.severities[name]
        return next((one for one in SEVERITIES if one == name), "ordinary")

    def outcome(self, code: str) -> str:
        """What an outcome, bare or in full, counts as."""
        return self.outcomes.get(bare(code), bare(code))

    def clock(self, tier: Tier, severity: str) -> Clock:
        """The deadlines of a severity at a tier."""
        return self.clocks[tier][self.severity(severity)]

    def rhythm(self, severity: str) -> Span | None:
        """How long after one reminder of a listed incident the next is due; None for no rhythm."""
        return self.supervision.remind.get(self.severity(severity))

    def revisits(self, severity: str, since: datetime) -> tuple[datetime, ...]:
        """When the parties of a matter that was resolved at a moment are asked, round by round."""
        rounds = self.revisit.rounds(self.severity(severity))
        return tuple(sorted({span_of(one).due(since, self.where).at for one in rounds}))

    def first(self, severity: str) -> Tier:
        """The tier an incident of a severity begins at."""
        return self.first_tier[self.severity(severity)]

    def reason(self, code: str) -> str:
        """A reason it names, in full: a locality may have given it in a list of its own."""
        return find(self._lists, "reason", code) or f"reason/1:{code}"

    def stops_for(self, reason: str | None) -> str | None:
        """The reason itself, where a clock may stand still for it."""
        return reason if reason in self.pauses.suspend else None

    def skip(self, from_tier: Tier, to_tier: Tier, severity: str, area: str) -> int | None:
        """Which permission lets an incident pass over the tier between; None where none does."""
        return next(
            (
                at
                for at, one in enumerate(self.skips)
                if (one.from_tier, one.to_tier) == (from_tier, to_tier)
                and one.fits(self.severity(severity), area)
            ),
            None,
        )

    def above(self, tier: Tier, severity: str, area: str) -> Tier:
        """Where an incident climbs to from a tier below the county when nobody says where."""
        ways = (one for one in self.skips if one.by_itself and one.from_tier == tier)
        skip = next((one for one in ways if one.fits(self.severity(severity), area)), None)
        return skip.to_tier if skip else TIERS[height(tier) + 1]
