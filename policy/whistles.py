"""吹哨—响应—支援: who is called to a whistle, how fast, and who may be excused."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from policy.complete import placed
from policy.parts import Category, ContactRole, Deadline, Part, Reason, Severity
from policy.spans import Span, span_of
from schemas.whistle_actions import MOST_CALLED
from schemas.whistles import RESPONSE_STEPS, ResponseStep, RingName


def _perhaps(value: object) -> Span | None:
    return None if value is None else span_of(value)


PerhapsDeadline = Annotated[
    Span | None, PlainValidator(_perhaps), PlainSerializer(lambda span: span and span.text)
]
"""A deadline, or nothing where the step is not asked for."""


RingLabel = Annotated[str, StringConstraints(min_length=1, max_length=20, strip_whitespace=True)]


class Ring(Part):
    """How long each step may take; a ring without a time for arriving or supporting does not ask for it."""

    acknowledge: Deadline
    arrive: PerhapsDeadline = None
    support: PerhapsDeadline = None
    result: Deadline
    grace: Deadline
    """How long after it should have acknowledged a silent participant is recorded as unresponsive."""
    zh: RingLabel | None = None
    en: RingLabel | None = None
    """What figures call it; without a name they call it as the policy does."""

    @property
    def steps(self) -> tuple[tuple[ResponseStep, Span], ...]:
        """What is asked for, in order, and how long it may take."""
        every = ((step, getattr(self, step)) for step in RESPONSE_STEPS)
        return tuple((step, span) for step, span in every if span is not None)


Since = Literal["whistle", "step-before"]


class Begins(Part):
    """From when a step's time is counted: from the whistle, or from when the step before was done."""

    arrive: Since = "whistle"
    support: Since = "step-before"
    result: Since = "step-before"

    def of(self, step: ResponseStep) -> Since:
        """From when a step is counted; before acknowledging there is only the whistle."""
        return {"arrive": self.arrive, "support": self.support, "result": self.result}.get(step, "whistle")


class Callees(Part):
    """Who is called when nobody is named: roles by ring, where severity and category meet; empty lists meet all."""

    severities: tuple[Severity, ...] = ()
    categories: tuple[Category, ...] = ()
    roles: dict[RingName, tuple[ContactRole, ...]]

    @field_validator("roles")
    @classmethod
    def _few_enough(
        cls, value: dict[RingName, tuple[ContactRole, ...]]
    ) -> dict[RingName, tuple[ContactRole, ...]]:
        if (called := sum(map(len, value.values()))) > MOST_CALLED:
            raise ValueError(f"{called} would be called; a whistle calls {MOST_CALLED} at most")
        return value

    def meets(self, severity: str, category: str) -> bool:
        """Whether it is about such an incident; both codes bare."""
        return (not self.severities or severity in self.severities) and (
            not self.categories or category in self.categories
        )


def _within(acknowledge: str, arrive: str | None, support: str, result: str, grace: str) -> Ring:
    spans = {
        "acknowledge": acknowledge,
        "arrive": arrive,
        "support": support,
        "result": result,
        "grace": grace,
    }
    return Ring.model_validate(spans)


RINGS: dict[RingName, Ring] = {
    "1-minute": _within("PT1M", "PT1M", "PT30M", "PT2H", "PT1M"),
    "3-minutes": _within("PT1M", "PT3M", "PT30M", "PT2H", "PT2M"),
    "5-minutes": _within("PT1M", "PT5M", "PT30M", "PT2H", "PT4M"),
    "slow": _within("PT6H", None, "3 working days", "5 working days", "P1D"),
}
"""The rings of rapid response, and one for departments that need days."""


class Whistles(Part):
    """Rings, who is called in them, and the reasons for which a participant need not come."""

    rings: dict[RingName, Ring] = RINGS
    since: Begins = Begins()
    usual: Annotated[RingName, Field(validate_default=True)] = "slow"
    """The ring of somebody who is named without one."""
    calls: Annotated[tuple[Callees, ...], Field(validate_default=True)] = ()
    """The first one that meets severity and category says who is called."""
    excuse: tuple[Reason, ...] = ("engaged-elsewhere", "beyond-authority", "force-majeure")

    @field_validator("usual", "calls")
    @classmethod
    def _known_rings(cls, value: RingName | tuple[Callees, ...], info: ValidationInfo) -> object:
        used: dict[tuple[int | str, ...], str] = (
            {(): value}
            if isinstance(value, str)
            else {(at, "roles", ring): ring for at, one in enumerate(value) for ring in one.roles}
        )
        unknown = [place for place, ring in used.items() if ring not in info.data.get("rings", {ring})]
        return placed(value, [(place, f"this ring has no times: {used[place]}") for place in unknown])

    def rule(self, severity: str, category: str) -> int | None:
        """Which rule says who is called to such an incident, if one does; both codes bare."""
        return next((at for at, one in enumerate(self.calls) if one.meets(severity, category)), None)

    def callees(self, rule: int, ring: str | None) -> Iterator[tuple[str, str]]:
        """Role and ring of everybody a rule calls, or of those in one ring."""
        for name, roles in self.calls[rule].roles.items():
            yield from ((role, name) for role in roles if ring in {None, name})
