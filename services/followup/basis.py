"""What an action of followup was based on: when the revisit is otherwise by now, nothing is overwritten. Pure."""

from schemas.actions import Following
from schemas.offline import Basis, changed
from services.followup.refusal import Conflict, Refused
from services.followup.state import Revisit


def check_basis(revisit: Revisit | None, asked: Following, believed: Basis) -> None:
    """Raises `Conflict` with both values of each field that changed, `Refused` for a field nobody can believe in."""
    if revisit is None or not believed:
        return
    ref = getattr(asked, "party", None)
    party = next((one for one in revisit.answers if one.party.ref == ref), None)
    actual = {
        "status": revisit.status,
        "attempt": str(revisit.attempt),
        "result": None if party is None else party.result,
        "counselling": None if ref is None else revisit.counselling.get(ref),
    }
    try:
        differences = changed(believed, actual)
    except KeyError:
        raise Refused("unknown-basis") from None
    if differences:
        raise Conflict(differences)
