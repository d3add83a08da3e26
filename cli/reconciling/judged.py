"""Who owns an incident, and whether its revisit fits: judged from what each tier's books have of it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.base import Tier


class Held(NamedTuple):
    """An incident in the books of one tier's routing."""

    status: str
    owner: str
    attempt: int
    changed: str


class Seen(NamedTuple):
    """Its revisit in the books of one tier's followup."""

    attempt: int
    status: str
    outcome: str | None
    round: int
    changed: str


def owners(holders: Mapping[Tier, Held]) -> list[Tier]:
    """The tiers that say they must act."""
    return [tier for tier, one in holders.items() if one.owner == tier]


def one_owner(holders: Mapping[Tier, Held]) -> bool:
    """Whether exactly one tier must act, and all others that know of it have handed it over."""
    acting = owners(holders)
    moved = {tier for tier, one in holders.items() if one.status == "handed-over"}
    return len(acting) == 1 and moved == holders.keys() - set(acting)


def fits(owner: Tier, held: Held, revisits: Mapping[Tier, Seen]) -> bool:
    """Whether the revisits, all tiers' together, are what the state of the incident says."""
    found = revisits.get(owner)
    done = {(one.attempt, one.outcome) for one in revisits.values()}
    match held.status:
        case "resolved":
            return found is not None and (found.attempt, found.status, found.outcome) == (
                held.attempt,
                "due",
                None,
            )
        case "closed":
            if found is None or found.attempt != held.attempt:
                return False
            return found.round > 1 or (found.status, found.outcome) in {
                ("done", "satisfied"),
                ("done", "unheard"),
            }
        case _:
            return not done if held.attempt == 1 else (held.attempt - 1, "relapse") in done


def told(holders: Mapping[Tier, Held]) -> str:
    """What the tiers say of it, so that two looks can be compared."""
    return ", ".join(
        f"{tier} {one.status}/{one.attempt} {one.changed}" for tier, one in sorted(holders.items())
    )
