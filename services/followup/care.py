"""心理疏导 and 帮扶: what may be recorded of a party's counselling and support plan, and when a plan ends. Pure."""

from dataclasses import replace
from datetime import datetime

from schemas.base import SYSTEM, Actor, Event, Party
from schemas.care import (
    CareAction,
    Counsel,
    CounsellingRecorded,
    EndSupportPlan,
    RecordSupportStep,
    StartSupportPlan,
    SupportPlanEnded,
    SupportPlanStarted,
    SupportPlanStepRecorded,
)
from services.followup.refusal import Refused
from services.followup.state import Policies, Revisit, Step, SupportPlan

By = tuple[Actor, datetime]


def care(revisit: Revisit, asked: CareAction, by: By, policies: Policies, now: datetime) -> Step:
    """What somebody records of a party of a resolved incident, whether or not its rounds are over. Raises `Refused`."""
    party = next((one.party for one in revisit.answers if one.party.ref == asked.party), None)
    if party is None:
        raise Refused("unknown-party")
    if by[1] < revisit.resolved_at:
        raise Refused("before-the-resolution")
    match asked:
        case Counsel():
            return _counsel(revisit, asked, by, party)
        case StartSupportPlan():
            rules = policies.get(revisit.policy) or next(iter(policies.values()))
            if asked.until > now + rules.support.longest:
                raise Refused("support-too-long")
            return _start(revisit, asked, by, party, now)
        case RecordSupportStep():
            return _record(revisit, asked, by)
        case EndSupportPlan():
            plan = _open(revisit, asked.party)
            return _ended(revisit, plan, _fields(revisit, by, plan.party), asked.reason)


def run_out(revisit: Revisit, until: datetime) -> Step:
    """The support plans whose date this is end by themselves."""
    events: list[Event] = []
    for plan in [one for one in revisit.plans if one.until == until]:
        revisit, more = _ended(revisit, plan, _fields(revisit, (SYSTEM, until), plan.party), None)
        events += more
    return revisit, events


def _fields(revisit: Revisit, by: By, party: Party) -> dict[str, object]:
    actor, occurred_at = by
    who = {"party": party.ref, "role": party.role}
    return {**revisit.matter, "actor": actor, "occurred_at": occurred_at, **who}


def _counsel(revisit: Revisit, asked: Counsel, by: By, party: Party) -> Step:
    was = revisit.counselling.get(asked.party)
    if was == asked.counselling:
        raise Refused("same-counselling")
    said = {"counselling": asked.counselling, "was": was}
    after = revisit.changed(counselling={**revisit.counselling, asked.party: asked.counselling})
    return after, [CounsellingRecorded.model_validate(_fields(revisit, by, party) | said)]


def _start(revisit: Revisit, asked: StartSupportPlan, by: By, party: Party, now: datetime) -> Step:
    if revisit.backfill:
        raise Refused("imported-history")
    if any(one.party.ref == asked.party for one in revisit.plans):
        raise Refused("support-plan-open")
    if asked.until <= now:
        raise Refused("until-passed")
    plan = SupportPlan(revisit.planned + 1, party, asked.purpose, asked.until)
    said = {"number": plan.number, "purpose": plan.purpose, "until": plan.until}
    after = revisit.changed(plans=(*revisit.plans, plan), planned=plan.number)
    return after, [SupportPlanStarted.model_validate(_fields(revisit, by, party) | said)]


def _record(revisit: Revisit, asked: RecordSupportStep, by: By) -> Step:
    before = _open(revisit, asked.party)
    plan = replace(before, steps=before.steps + 1)
    said = {"number": plan.number, "aid": asked.aid, "steps": plan.steps}
    after = revisit.changed(plans=_without(revisit, plan, plan))
    return after, [SupportPlanStepRecorded.model_validate(_fields(revisit, by, plan.party) | said)]


def _ended(revisit: Revisit, plan: SupportPlan, fields: dict[str, object], reason: str | None) -> Step:
    said = {
        "number": plan.number, "purpose": plan.purpose, "steps": plan.steps, "reason": reason,
        "by": "date" if reason is None else "person",
    }  # fmt: skip
    return revisit.changed(plans=_without(revisit, plan)), [SupportPlanEnded.model_validate(fields | said)]


def _open(revisit: Revisit, party: str) -> SupportPlan:
    """The support plan of a party. Raises `Refused`."""
    plan = next((one for one in revisit.plans if one.party.ref == party), None)
    if plan is None:
        raise Refused("no-support-plan")
    return plan


def _without(revisit: Revisit, plan: SupportPlan, *instead: SupportPlan) -> tuple[SupportPlan, ...]:
    return tuple(
        other for one in revisit.plans for other in (instead if one.number == plan.number else (one,))
    )
