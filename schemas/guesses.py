"""暂定: a wait's time that was counted through a year whose holidays are not published, and is counted again then."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schemas.base import Event, IncidentEvent
from schemas.codes import Code

WaitName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.:-]{1,63}$")]
"""What is waited for beside the incident's own clock: `remind`, `referral.result`, `whistle:1:p2:support` …"""


class Guess(BaseModel):
    """How a time was counted that may still move: since when, for how long, and by which rule."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    since: AwareDatetime
    spans: Annotated[tuple[str, ...], Field(min_length=1)]
    """As the policy writes them; each begins where the one before ends."""
    rule: str | None = None


class IncidentWaitMoved(IncidentEvent):
    """A time that was a guess was counted again, because the calendar has learnt of its year.

    `guess` is null once it cannot move any more. The incident's own clock is as it was.
    """

    type: ClassVar[str] = "incident.wait-moved.v1"
    wait: WaitName
    reason: Code
    was_due_at: AwareDatetime
    due_at: AwareDatetime
    guess: Guess | None = None


FROM_ROUTING: tuple[type[Event], ...] = (IncidentWaitMoved,)
"""What routing says of it, on `<tier>.routing`."""
