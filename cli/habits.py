"""What a centre does with an incident, and what a revisited party answers: habits, decided from a seed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from cli.cast import dice, happens, pick
from cli.desk import NEVER
from schemas.base import Tier
from schemas.codes import bare

Choice = Literal["settle", "escalate", "return", "leave"]
LATE_S = 45.0
"""The county, with nobody above to raise a matter to, comes round to what it left lying."""

LEFT: dict[Tier, float] = {"village": 0.025, "town": 0.05, "county": 0.05}
"""Shares that a centre does not acknowledge until a deadline takes the matter from it."""
HANDLED: dict[tuple[Tier, bool], dict[Choice, float]] = {
    ("village", False): {"settle": 94.5, "escalate": 4.5, "leave": 1},
    ("village", True): {"settle": 78, "escalate": 20, "leave": 2},
    ("town", False): {"settle": 80, "return": 12, "escalate": 6, "leave": 2},
    ("town", True): {"settle": 74, "return": 4, "escalate": 20, "leave": 2},
    ("county", False): {"settle": 90, "return": 7, "leave": 3},
    ("county", True): {"settle": 97, "leave": 3},
}
"""How matters go at each tier, by whether they are more than ordinary."""
UP = {"too-hard": 4, "beyond-authority": 3, "needs-departments": 3}
DOWN = {"can-be-settled-locally": 7, "more-facts-needed": 3}
UNSETTLED_OFFERS = 0.134
"""Published of Qin'an's court docking: of 105 cases mediated before trial 91 succeeded, 86.6 %."""
METHODS = {
    ("village", False): {"mediation": 90, "service": 10},
    ("village", True): {"joint": 80, "mediation": 20},
    ("town", False): {"joint": 50, "professional": 30, "administrative": 20},
    ("town", True): {"joint": 60, "administrative": 40},
    ("county", False): {"professional": 40, "administrative": 40, "judicial": 20},
    ("county", True): {"administrative": 60, "judicial": 40},
}
FIRST_ANSWERS = {"satisfied": 94, "unreachable": 3.5, "refused": 1, "dissatisfied": 0.6, "relapse": 0.9}
LATER_ANSWERS = {"satisfied": 96, "unreachable": 3, "refused": 1}
"""After a second settlement nobody relapses again, so that the play ends."""
ROUND_AHEAD = timedelta(seconds=3)
"""How long before its date a later round begins."""


@dataclass(frozen=True, slots=True)
class Case:
    """An incident as a centre finds it in its list."""

    incident_id: str
    tier: Tier
    severity: str
    status: str
    attempt: int
    since: str
    """When it was opened here, or accepted."""
    category: str = "other"
    area: str = ""
    offered: bool = False
    """Whether another body sent it and wants to know how it ends."""
    linked: bool = False
    """Whether it rests with its lead."""
    proposed: bool = False
    """Whether a person should look if it is a duplicate."""
    asked: str | None = None
    """Who was asked to handle it and has not answered yet."""
    role: str = ""
    """In which role."""

    @classmethod
    def of(cls, view: dict[str, Any]) -> "Case":
        """From an entry of `GET /v1/incidents`."""
        since = view["opened_at"] if view["status"] == "open" else view["accepted_at"]
        assignment = view["assignment"] or {}
        awaited = assignment.get("answer_by") is not None
        return cls(
            view["incident_id"],
            view["tier"],
            bare(view["severity"]),
            view["status"],
            view["attempt"],
            str(since),
            category=bare(view["category"]),
            area=view["area"],
            offered=view["offer"] is not None,
            linked=view["linked"],
            proposed=view["proposed"],
            asked=view["assignee"] if awaited else None,
            role=bare(assignment.get("role") or ""),
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done, and how many seconds after the matter was found; `NEVER` leaves it lying."""

    after: float
    action: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to be done by somebody: at the door, or over the bus as a partner."""

    name: str
    deed: Deed
    role: str
    ref: str
    by_system: bool = False


def since_here(case: Case, found: Iterable[dict[str, Any]], began: str) -> list[dict[str, Any]]:
    """Those that began since the centre that has the matter accepted it; the tiers before it had their own."""
    return [one for one in found if datetime.fromisoformat(one[began]) >= datetime.fromisoformat(case.since)]


def happened(whole: dict[str, Any], event: str) -> bool:
    """Whether the history of an incident, as its door shows it, knows of an event of this name."""
    return any(one["event"] == f"incident.{event}.v1" for one in whole["history"])


def at_centre(case: Case, name: str, after: float, action: dict[str, Any]) -> Step:
    """Something the centre itself does."""
    return Step(name, Deed(after, action), "centre", f"play/{case.tier}")


def centre(seed: int, case: Case) -> Deed:
    """What the centre does next about an incident it owns."""
    chance = dice(seed, case.tier, case.incident_id, case.status, case.attempt, case.since)
    if case.status == "open":
        return _acknowledge(chance, case.tier)
    serious = case.severity != "ordinary"
    habits = HANDLED[case.tier, serious]
    choice: Choice = "settle" if case.attempt > 1 else pick(chance, habits)
    after = chance.uniform(1.5, 8.0)
    match choice:
        case "settle":
            return Deed(after, settle(seed, case))
        case "escalate":
            return Deed(after, {"action": "escalate", "reason": pick(chance, UP)})
        case "return":
            return Deed(after, {"action": "return", "reason": pick(chance, DOWN)})
        case "leave":
            return Deed(LATE_S if case.tier == "county" else NEVER, settle(seed, case))


def settle(seed: int, case: Case) -> dict[str, Any]:
    """The resolution of an incident; at the upper tiers a few end without success, and are revisited all the same."""
    chance = dice(seed, "settle", case.incident_id, case.tier, case.attempt)
    failed = happens(chance, UNSETTLED_OFFERS if case.offered else 0.0 if case.tier == "village" else 0.04)
    return {
        "action": "resolve",
        "method": pick(chance, METHODS[case.tier, case.severity != "ordinary"]),
        "outcome": "failure" if failed else "success",
        "agreement": not failed and happens(chance, 0.7),
    }


def _acknowledge(chance: Random, tier: Tier) -> Deed:
    if not happens(chance, LEFT[tier]):
        return Deed(chance.uniform(0.3, 4.0), {"action": "accept"})
    return Deed(LATE_S if tier == "county" else NEVER, {"action": "accept"})


@dataclass(frozen=True, slots=True)
class Call:
    """One party of one revisit, to be asked once."""

    incident_id: str
    attempt: int
    since: datetime
    """When it was resolved, or from when on it is asked again."""
    party: str
    calls: int
    round: int = 1

    @property
    def name(self) -> str:
        """What this call is called for ever."""
        later = "" if self.round == 1 else f"-round{self.round}"
        return f"visit-{self.incident_id}-{self.attempt}{later}-{self.party}-{self.calls}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the party answers, how many seconds after it was to be asked, and whether the hotline asked."""

    after: float
    visit: dict[str, Any]
    occurred_at: datetime
    by_hotline: bool


def calls(view: dict[str, Any], now: datetime) -> list[Call]:
    """The parties to be asked now in an entry of `GET /v1/revisits`; a later round waits until its date is near."""
    since = datetime.fromisoformat(view["resolved_at"])
    if view["round"] > 1 and view["due_at"] is not None:
        since = datetime.fromisoformat(view["due_at"]) - ROUND_AHEAD
        if now < since:
            return []
    return [
        Call(view["incident_id"], view["attempt"], since, one["party"]["ref"], one["calls"], view["round"])
        for one in view["answers"]
        if one["result"] is None or one["result"].endswith(":unreachable")
    ]


def answer(seed: int, call: Call) -> Reply:
    """What one party says, asked for itself; nobody relapses in a later round, so that the play ends."""
    chance = dice(seed, call.name)
    visit = {
        "action": "visit",
        "party": call.party,
        "means": pick(chance, {"home": 6, "telephone": 4}),
        "result": pick(chance, FIRST_ANSWERS if call.attempt == call.round == 1 else LATER_ANSWERS),
    }
    if call.round > 1:
        return Reply(chance.uniform(0.0, 2.5), visit, call.since, by_hotline=False)
    after = chance.uniform(16.0, 20.0) if happens(chance, 0.02) else chance.uniform(1.0, 6.0)
    by_hotline = happens(chance, 0.08)
    return Reply(after, visit, call.since + timedelta(seconds=after * 0.1), by_hotline)
