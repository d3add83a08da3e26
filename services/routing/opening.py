"""How an incident begins at a tier: by a report, or taken over from another tier with all that came with it. Pure."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import SYSTEM, matter_of
from schemas.handoff import IncidentHandedOver
from schemas.intake import IncidentReported
from schemas.routing import Entry, IncidentOpened
from services.routing.centre import Centre
from services.routing.clocks import accept_until, due_fields
from services.routing.history import NONE, counted, news
from services.routing.incident import Incident
from services.routing.offers import offered
from services.routing.rules import clock_rule, first_rule
from services.routing.ties import Ties


def begun(report: IncidentReported, centre: Centre) -> Incident:
    """What a report says, under the policy in force."""
    taken = report.severity == report.proposed_severity  # else a person judged it, under no rule
    begun_with = {"offer": offered(report), "triage": report.triage if taken else ()}
    return _begin(report, centre, next(iter(centre.policies)), attempt=1).changed(**begun_with)


def taken_over(given: IncidentHandedOver, before: Incident | None, centre: Centre) -> Incident:
    """What another tier gave, under the policy it began with; with what this tier knew of it, if it was here before."""
    new = _begin(given, centre, version_kept(given, before, centre), given.attempt).changed(
        path=given.path,
        offer=given.offer,
        referrals=given.referrals,
        handlers=given.handlers,
        leader=given.leader,
        listing=given.listing,
        ties=Ties(duplicates=given.duplicates, proposals=given.proposals),
    )
    fresh = _told(new, before, given.history).changed(whistled=given.whistled, convened=given.convened)
    if before is None:
        return fresh
    return fresh.changed(whistles=before.whistles, sessions=before.sessions)


def version_kept(given: IncidentHandedOver, before: Incident | None, centre: Centre) -> str:
    """The policy it began with; where another tier had to take its own instead, the one it had here before."""
    kept = (given.policy, before.policy if before else None, next(iter(centre.policies)))
    return next(one for one in kept if one is not None and one in centre.policies)


def _told(taken: Incident, before: Incident | None, history: Sequence[Entry]) -> Incident:
    """With what this tier knew of it, and the lines of the history that are news here."""
    known, lines = ((), NONE) if before is None else (before.history, before.lines)
    fresh = news(lines, history)
    return taken.changed(history=(*known, *fresh), lines=counted(lines, fresh))


def _begin(
    source: IncidentReported | IncidentHandedOver, centre: Centre, policy: str, attempt: int
) -> Incident:
    return Incident(
        **matter_of(source),
        tier=centre.tier,
        owner=centre.tier,
        status="open",
        parties=source.parties,
        target_at=source.target_at,
        attempt=attempt,
        policy=policy,
        path=(),
        derived_from=source.derived_from,
        entered_by=source.entered_by,
    )


def opened(
    incident: Incident, source: IncidentReported | IncidentHandedOver, centre: Centre, now: datetime
) -> IncidentOpened:
    """It is opened at this tier, and the clock to accept it runs; under which policy is said, if not its own."""
    given = source if isinstance(source, IncidentHandedOver) else None
    return IncidentOpened(
        **incident.matter,
        occurred_at=source.occurred_at,
        actor=SYSTEM,
        from_tier=given and given.from_tier,
        attempt=incident.attempt,
        policy=incident.policy,
        instead_of=given.policy if given and given.policy != incident.policy else None,
        rule=first_rule(incident, centre.policies)
        if given is None
        else clock_rule(incident, "accept", centre.policies),
        **due_fields(accept_until(incident, centre.policies, now)),
    )
