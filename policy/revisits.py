"""回访 as data: when every party is asked, how often, what reopens the matter, and who is asked again over months."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, field_validator

from policy.parts import Duration, OwnResult, Part, Severity
from policy.spans import Span, span_of
from schemas.codes import bare


def _after(value: object) -> timedelta | Span:
    span = span_of(value)
    return span.length if isinstance(span.length, timedelta) else span


def _days(after: timedelta | Span) -> float:
    """About how many days it is: a week has five working days."""
    length = span_of(after).length
    return length / timedelta(days=1) if isinstance(length, timedelta) else length * 7 / 5


After = Annotated[
    timedelta | Span, PlainValidator(_after), PlainSerializer(lambda after: span_of(after).text)
]
"""How long after the resolution: elapsed time, or working days."""

Result = Literal["satisfied", "dissatisfied", "relapse", "refused", "unreachable"]
RESULTS: tuple[Result, ...] = ("satisfied", "dissatisfied", "relapse", "refused", "unreachable")
"""What a call may come to; all but the last need no further one."""


class RevisitRules(Part):
    """一事一回访: every party is asked; who cannot be reached is tried again, and never counted as satisfied."""

    due: After
    calls: Annotated[int, Field(ge=1, le=20)]
    """How often an unreachable party is tried before the revisit ends without it."""
    reopen_on: tuple[Literal["dissatisfied", "relapse"], ...] = ("dissatisfied", "relapse")
    results: dict[OwnResult, Result] = Field(default_factory=dict)
    """A locality's own answers, bare, and what each counts as; one that is not named asks for another call."""
    plans: dict[Severity, Annotated[tuple[After, ...], Field(min_length=1, max_length=24)]] = Field(
        default_factory=dict
    )
    """Dates of all rounds after the resolution; a severity that is not named has one, `due`."""
    ahead: Duration = timedelta(days=7)
    """How long before its date a later round may be held."""

    @field_validator("results")
    @classmethod
    def _its_own(cls, value: dict[str, Result]) -> dict[str, Result]:
        if wrong := [one for one in RESULTS if one in value]:
            raise ValueError(f"not the locality's own, it counts as itself: {', '.join(wrong)}")
        return value

    @field_validator("plans")
    @classmethod
    def _one_after_the_other(
        cls, value: dict[Severity, tuple[timedelta | Span, ...]]
    ) -> dict[Severity, tuple[timedelta | Span, ...]]:
        rounds = {one: [_days(after) for after in dates] for one, dates in value.items()}
        if wrong := [one for one, days in rounds.items() if days != sorted(set(days))]:
            raise ValueError(f"each round must be later than the one before: {', '.join(wrong)}")
        return value

    def result(self, code: str) -> str:
        """What an answer, bare or in full, counts as."""
        return self.results.get(bare(code), bare(code))

    def rounds(self, severity: Severity) -> tuple[timedelta | Span, ...]:
        """How long after the resolution each round is due."""
        return self.plans.get(severity, (self.due,))


class SupportRules(Part):
    """帮扶: nobody is supported without an end."""

    longest: Duration = timedelta(days=365)
