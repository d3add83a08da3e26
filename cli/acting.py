"""What everybody in a play shares: the county's doors, the bus, the tally, and how something is done at either."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cli.cast import Places
from cli.county import County
from cli.habits import Step
from cli.knock import Knocker, name_for
from cli.partners import Bus, Submission
from cli.tally import Tally
from schemas.base import Service, Tier


@dataclass(slots=True)
class Play:
    """Everything the actors of one play share."""

    county: County
    places: Places
    knocker: Knocker
    bus: Bus
    tally: Tally
    seed: int
    run: uuid.UUID = field(default_factory=uuid.uuid4)
    cared: dict[Tier, set[str]] = field(default_factory=dict)
    """Resolved matters somebody of which is looked after."""

    def granted(self, answer: Any) -> bool:  # noqa: ANN401 - an httpx response
        """Whether a door said yes; what it said otherwise is counted."""
        if answer.is_success:
            return True
        self.tally.refused[problem(answer)] += 1
        return False

    async def ask(self, event: Submission, incident_id: str) -> None:
        """Another system asks for something over the bus; what becomes of it is looked up at the end."""
        await self.bus.send(event)
        self.tally.asked[event.body["actor"]["ref"]] = (event.tier, incident_id)

    async def take(self, tier: Tier, incident_id: str, step: Step, service: Service = "routing") -> None:
        """Does a step about an incident of a tier: at the door of a service, or over the bus."""
        actor, action = {"role": step.role, "ref": step.ref}, step.deed.action
        named = f"{incident_id}-{tier}-{step.name}"
        if step.by_system:
            told = {"incident_id": incident_id, "occurred_at": datetime.now(UTC).isoformat()}
            source = f"/play/{step.ref.partition('/')[0]}"
            event = Submission(
                tier,
                source,
                named,
                "action.submitted.v1",
                incident_id,
                told | {"actor": actor, "action": action},
            )
            await self.ask(event, incident_id)
            return
        path = "incidents" if service == "routing" else "revisits"
        url, body = (
            self.county.url(tier, service, f"/v1/{path}/{incident_id}/actions"),
            {"action": action, "actor": actor},
        )
        if self.granted(await self.knocker.post(url, body, name_for(named, body))):
            self.tally.done[action["action"]] += 1


def problem(answer: Any) -> str:  # noqa: ANN401 - an httpx response
    """The stable word of a problem document."""
    try:
        return str(answer.json()["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
