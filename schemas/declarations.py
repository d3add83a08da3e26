"""What sources say of themselves by the month, and what intake answers them: the denominators of diversion."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schemas.base import Actor, AreaCode, Event, IncidentId, Moment, Reference
from schemas.codes import Code

Month = Annotated[str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Version = Annotated[int, Field(ge=1, le=100_000)]


class EligibleDeclared(Event):
    """A source declares how many of its matters of a month could have been sent here: the denominator of diversion.

    A higher `version` corrects a lower one; a null `count` withdraws it.
    """

    type: ClassVar[str] = "referral.eligible-declared.v1"
    source: Annotated[str, Field(max_length=80)]
    area: AreaCode
    month: Month
    count: Count | None
    version: Version = 1
    occurred_at: Moment
    actor: Actor = Actor(role="partner")


class EligibleRecorded(Event):
    """A declaration was taken: it counts from now on instead of `replaces`."""

    type: ClassVar[str] = "referral.eligible-recorded.v1"
    declaration_id: IncidentId
    """The same for all versions: of a source, an area and a month."""
    source: str
    body: Code
    channel: Code | None = None
    """The channel its matters come through; null in what was recorded before it was said, and where there is none."""
    area: AreaCode
    month: Month
    count: Count | None
    version: Version
    replaces: Count | None = None
    occurred_at: AwareDatetime
    actor: Actor


class WrongField(BaseModel):
    """A field of a submission and its problem, in the words of the HTTP doors: never what was sent."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    field: str
    problem: str
    problem_zh: str
    """The same in Chinese."""


class SubmissionRefused(Event):
    """What another system submitted was not let in; it can read why. Nothing else changed.

    Said once of what was sent, however often it comes. Mended, it may be sent again under its name (`source`, `id`).
    """

    type: ClassVar[str] = "submission.refused.v1"
    subject_id: IncidentId
    """The incident that has the source's number already, or the declaration that stands.

    Otherwise the name the submission has here: a UUID of version 5 of `source`, a line feed and `id`, which of a report
    is the id its incident would have.
    """
    source: str
    id: str
    """As they were given; what could be a person's name or number in them is shown as `…`."""
    submitted: str
    """The type of what was submitted; `unknown` when it is none of the topic's."""
    reason: str
    """The word HTTP has for it (`unknown-code`, `future`, …), or why it could not be read (`wrong-schema`, …)."""
    errors: tuple[WrongField, ...] = ()
    """Which fields are wrong, where some are."""
    reference: Reference | None = None
    """The name under which the sender of an action wants to hear what became of it."""
    occurred_at: AwareDatetime
