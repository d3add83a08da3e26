"""What the parts of a policy are made of. Durations are ISO 8601 (`PT4H`, `P7D`), deadlines also working days."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
)

from policy.spans import Span, span_of
from schemas.codes import resolve

Severity = Literal["ordinary", "prominent", "major"]
SEVERITIES: tuple[Severity, ...] = ("ordinary", "prominent", "major")


def _iso(value: object) -> object:
    """A number would be taken for seconds, which nobody means who writes a policy."""
    if not isinstance(value, (str, timedelta)):
        raise ValueError("write an ISO 8601 duration, such as PT4H or P7D")  # noqa: TRY004 - pydantic wants ValueError
    return value


Duration = Annotated[timedelta, BeforeValidator(_iso), Field(gt=timedelta(0), le=timedelta(days=3650))]
Deadline = Annotated[Span, PlainValidator(span_of), PlainSerializer(lambda span: span.text)]
"""Elapsed time, or working days."""
MissedStep = Literal["escalate", "alarm"]
LocalDate = Annotated[date, Field(strict=True)]


def _known(kind: str) -> AfterValidator:
    """Where the code lists are at hand, a code that stands in none of them is a rule that would never apply."""

    def check(code: str, info: ValidationInfo) -> str:
        if lists := (info.context or {}).get("codes"):
            resolve(lists, kind, code)
        return code

    return AfterValidator(check)


BareCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
Reason = Annotated[BareCode, _known("reason")]
Category = Annotated[BareCode, _known("category")]
Channel = Annotated[BareCode, _known("channel")]
ContactRole = Annotated[BareCode, _known("contact-role")]
OwnOutcome = Annotated[BareCode, _known("outcome")]
OwnResult = Annotated[BareCode, _known("revisit-result")]
Method = Annotated[BareCode, _known("method")]
OwnSeverity = Annotated[BareCode, _known("severity")]
Body = Annotated[BareCode, _known("referral-body")]


class Part(BaseModel):
    """Base of every part: frozen, and closed, because an unknown key is a misspelt rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
