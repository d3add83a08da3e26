"""对接: what the source of a matter is answered, whichever tier has it by then. Pure."""

from collections.abc import Sequence

from policy.model import Policy
from schemas.base import Event, IncidentEvent
from schemas.intake import IncidentReported
from schemas.referrals import Answer, IncidentReturnedToSource, Offer, ReferralAnswered
from schemas.routing import IncidentAccepted, IncidentReopened, IncidentResolved
from services.routing.incident import Incident


def offered(report: IncidentReported) -> Offer | None:
    """The body that sent a matter here, if one did."""
    return None if report.referred_by is None else Offer(body=report.referred_by, number=report.source_number)


def answers(incident: Incident, events: Sequence[Event], policy: Policy) -> list[Event]:
    """What these events of a matter mean to whoever sent it; nothing, where nobody did."""
    offer = incident.offer
    if offer is None:
        return []
    said: list[Event] = []
    for event in events:
        if isinstance(event, IncidentEvent) and (answer := _answer(offer, event, policy)) is not None:
            told = _told(offer, event, answer)
            offer = offer.model_copy(update={"answers": told.order, "answer": told.answer})
            said.append(told)
    return said


def _answer(offer: Offer, event: IncidentEvent, policy: Policy) -> Answer | None:
    """An acceptance is told once: a tier above that accepts as well changes nothing for the source."""
    match event:
        case IncidentAccepted():
            return "accepted" if offer.answer is None else None
        case IncidentResolved():
            return "succeeded" if policy.outcome(event.outcome) == "success" else "failed"
        case IncidentReopened():
            return "reopened"
        case IncidentReturnedToSource():
            return "returned"
        case _:
            return None


def _told(offer: Offer, event: IncidentEvent, answer: Answer) -> ReferralAnswered:
    reason = event.reason if isinstance(event, (IncidentReopened, IncidentReturnedToSource)) else None
    return ReferralAnswered(
        **{name: getattr(event, name) for name in IncidentEvent.model_fields},
        body=offer.body,
        source_number=offer.number,
        order=offer.answers + 1,
        answer=answer,
        before=offer.answer,
        reason=reason,
    )
