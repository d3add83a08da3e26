"""A matter that went out to a department or a body, with some answers so far."""

from schemas.actions import Resolve
from schemas.referrals import AnswerReferral, Offer, Recall, Refer, Transfer
from tests.builders import an_accepted_incident, later
from tests.services.routing.acting import done

WHY = "reason/1:beyond-authority"
TRANSFER = Transfer(department="dept-land", reason=WHY)
REFER = Refer(body="referral-body/1:court", unit="court-620522", reason=WHY)
POLICE = Refer(body="referral-body/1:police", unit="police-7", reason=WHY)
RECALL = Recall(reason="reason/1:can-be-settled-locally")
RESOLVE = Resolve(method="method/1:judicial", outcome="outcome/1:success")
COURT = Offer(body="referral-body/1:court", number="2026-0522-1042")


def answer(said, **fields):
    needed = {"reason": WHY} if said == "returned" else {}
    return AnswerReferral(answer=said, **(needed | fields))


def out(*answers, action=REFER, **changes):
    """A matter that went out, with some answers so far."""
    incident, _ = done(an_accepted_incident(**changes), action)
    for at, said in enumerate(answers, start=1):
        incident, _ = done(incident, answer(said), later(hours=at))
    return incident
