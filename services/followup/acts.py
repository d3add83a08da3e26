"""What may be asked of followup, and what a passed date does: each goes to the rules it is about. Pure."""

from dataclasses import dataclass
from datetime import datetime

from schemas.actions import Following, Visit
from schemas.base import Actor
from schemas.offline import Basis
from services.followup.basis import check_basis
from services.followup.care import By, care, run_out
from services.followup.refusal import Refused
from services.followup.revisit import overdue, visit
from services.followup.state import Policies, Revisit, Step, Timer


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants something recorded: who, what, when it happened, and what they saw."""

    action: Following
    actor: Actor
    occurred_at: datetime
    based_on: Basis = ()


def act(revisit: Revisit | None, request: Request, policies: Policies, now: datetime) -> Step:
    """What a request does, if nobody has changed what it was based on. Raises `Refused`."""
    check_basis(revisit, request.action, request.based_on)
    return decide(revisit, request.action, (request.actor, request.occurred_at), policies, now)


def decide(revisit: Revisit | None, asked: Following, by: By, policies: Policies, now: datetime) -> Step:
    """What somebody's action does. Raises `Refused`."""
    if revisit is None:
        raise Refused("unknown-incident")
    if isinstance(asked, Visit):
        return visit(revisit, asked, by, policies)
    return care(revisit, asked, by, policies, now)


def late(revisit: Revisit, passed: Timer) -> Step:
    """What it does that the database clock has reached a timer; nothing, if it is not the next one any more."""
    if revisit.next_due != passed:
        return revisit, []
    match passed.step:
        case "revisit":
            return overdue(revisit)
        case "support-plan":
            return run_out(revisit, passed.due_at)
        case other:
            raise AssertionError(f"nothing of followup is called {other}")
