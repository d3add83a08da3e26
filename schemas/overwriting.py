"""What an action would overwrite: the one field it sets that somebody else may have set meanwhile. Pure."""

from datetime import UTC, datetime
from typing import NamedTuple

from schemas.actions import Asked, Assign, Escalate, Return, Unknown, Visit
from schemas.care import Counsel
from schemas.derivation import LinkOrigin
from schemas.mediation import AdjournSession
from schemas.supervision import ChangeLeader, PutOnList
from schemas.triage import Triage


class Overwritten(NamedTuple):
    """A field, of which part of the incident (a party, a session), and what is there afterwards where that is known."""

    field: str
    of: str | int | None = None
    after: str | None = None


def overwritten(action: Asked | Unknown) -> Overwritten | None:
    """What it sets; None where the rules refuse what comes second, such as a further acceptance."""
    match action:
        case Assign():
            return Overwritten("assignee", after=action.assignee)
        case Triage():
            return Overwritten("severity", after=action.severity)
        case PutOnList() | ChangeLeader():
            return Overwritten("leader", after=action.leader)
        case LinkOrigin():
            return Overwritten("origin", after=action.origin)
        case Escalate() | Return():
            return Overwritten("owner")
        case AdjournSession():
            return Overwritten("session_at", action.session, written(action.at))
        case Visit():
            return Overwritten("result", action.party, action.result)
        case Counsel():
            return Overwritten("counselling", action.party, action.counselling)
        case _:
            return None


def written(moment: datetime) -> str:
    """A moment as it is believed in: in UTC, `2026-09-14T01:20:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
