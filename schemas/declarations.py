"""What sources say of themselves by the month, and what intake answers them: the denominators of diversion."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.base import Actor, AreaCode, Event, IncidentId, Moment
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


class SubmissionRefused(Event):
    """What another system submitted was understood and refused; it can read why. Nothing else changed."""

    type: ClassVar[str] = "submission.refused.v1"
    subject_id: IncidentId
    """The incident that has the source's number already, or the declaration that stands."""
    source: str
    id: str
    submitted: str
    """The type of what was submitted."""
    reason: str
    occurred_at: AwareDatetime
