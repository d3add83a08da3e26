"""心理疏导, 帮扶: counselling and support plans of a party, by role and code; who that is stays in the vault."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from schemas.base import Action, Event, IncidentEvent, Moment
from schemas.codes import Code, GivenCode

PartyRef = Annotated[str, Field(pattern=r"^p[0-9]{1,2}$")]
Number = Annotated[int, Field(ge=1)]


class Counsel(Action):
    """心理疏导: counselling was offered to a party, taken or declined."""

    action: Literal["counsel"] = "counsel"
    party: PartyRef
    counselling: GivenCode


class StartSupportPlan(Action):
    """帮扶: a plan for a party, for one purpose and until a date; it ends by itself."""

    action: Literal["start-support-plan"] = "start-support-plan"
    party: PartyRef
    purpose: GivenCode
    until: Moment


class RecordSupportStep(Action):
    """A step of a party's support plan was taken."""

    action: Literal["record-support-step"] = "record-support-step"
    party: PartyRef
    aid: GivenCode


class EndSupportPlan(Action):
    """A party's support plan ends before its date."""

    action: Literal["end-support-plan"] = "end-support-plan"
    party: PartyRef
    reason: GivenCode


CareAction = Counsel | StartSupportPlan | RecordSupportStep | EndSupportPlan


class CareEvent(IncidentEvent):
    """An event about one party of a resolved incident."""

    party: PartyRef
    role: Code


class CounsellingRecorded(CareEvent):
    """心理疏导: what became of it; `was` is what was recorded before, null the first time."""

    type: ClassVar[str] = "counselling.recorded.v1"
    counselling: Code
    was: Code | None = None


class SupportPlanEvent(CareEvent):
    """An event of one of the incident's support plans, which are numbered from 1."""

    number: Number


class SupportPlanStarted(SupportPlanEvent):
    """帮扶: from now until a date, for one purpose."""

    type: ClassVar[str] = "support-plan.started.v1"
    purpose: Code
    until: AwareDatetime


class SupportPlanStepRecorded(SupportPlanEvent):
    """A step was taken, the plan's so-and-so-manieth."""

    type: ClassVar[str] = "support-plan.step-recorded.v1"
    aid: Code
    steps: Number


class SupportPlanEnded(SupportPlanEvent):
    """It ended at its date, or by a person before that, with a reason."""

    type: ClassVar[str] = "support-plan.ended.v1"
    purpose: Code
    by: Literal["person", "date"]
    reason: Code | None = None
    steps: Annotated[int, Field(ge=0)]


FROM_FOLLOWUP: tuple[type[Event], ...] = (
    CounsellingRecorded,
    SupportPlanStarted,
    SupportPlanStepRecorded,
    SupportPlanEnded,
)
"""What followup says of it, on `<tier>.followup`."""
