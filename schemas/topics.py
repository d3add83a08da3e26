"""The one table of topics: who writes, who reads, what travels, how long it stays.

Local creation, Kubernetes topics, ACLs and the AsyncAPI document are generated from it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from schemas import (
    alarms,
    assignment,
    care,
    duplicates,
    followup,
    guesses,
    mediation,
    referrals,
    supervision,
    whistles,
)
from schemas.base import TIERS, Event, Service, Tier
from schemas.declarations import EligibleDeclared, EligibleRecorded, SubmissionRefused
from schemas.derivation import IncidentOriginLinked
from schemas.duplicates import DuplicateProposed, LeadResolved, ProposalForwarded
from schemas.flow import HOUR_MS, Flow, reaches
from schemas.handoff import ActionForwarded, ActionForwardedV1, IncidentHandedOver
from schemas.inbound import ActionSubmitted, ActivitySubmitted, ReportSubmitted
from schemas.intake import ActionReceived, ActionReceivedV1, ActivityRecorded, IncidentReported, ReportErased
from schemas.metrics import MetricCell, MetricDefinition, MetricHeartbeat, MetricRestated, MetricUnusualDay
from schemas.offline import ActionDone
from schemas.routing import (
    ActionRefused,
    IncidentAccepted,
    IncidentClockMoved,
    IncidentClosed,
    IncidentEscalated,
    IncidentExtended,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentReturned,
    IncidentSuspended,
)
from schemas.triage import IncidentTriaged

PARTITIONS = 12
"""Equal everywhere: one incident falls on the same partition number of each topic, so one replica owns it."""
FOREVER = -1
"""What services say of incidents is kept: it is the history every figure is counted again from, and names nobody."""


FLOWS: tuple[Flow, ...] = (
    Flow(
        "inbound",
        "partners",
        (("intake", "same"),),
        (ReportSubmitted, ActionSubmitted, ActivitySubmitted, EligibleDeclared),
        "chosen by the sender",
        sequenced=False,
        segment_ms=HOUR_MS,
        trimmed=True,
        max_bytes=4
        * 1_048_576,  # larger than what is accepted, so that a large record is a dead letter with a reason
    ),
    Flow(
        "intake",
        "intake",
        (("routing", "same"), ("followup", "same"), ("metrics", "same")),
        (
            IncidentReported,
            ReportErased,
            ActionReceived,
            ActionReceivedV1,
            ActivityRecorded,
            EligibleRecorded,
            SubmissionRefused,
            DuplicateProposed,
        ),
        retention_ms=FOREVER,
    ),
    Flow(
        "routing",
        "routing",
        (("followup", "same"), ("metrics", "same"), ("intake", "all")),
        (
            IncidentOpened,
            IncidentAccepted,
            *assignment.FROM_ROUTING,
            IncidentEscalated,
            IncidentReturned,
            IncidentTriaged,
            IncidentSuspended,
            IncidentResumed,
            IncidentExtended,
            IncidentClockMoved,
            *alarms.FROM_ROUTING,
            IncidentResolved,
            IncidentReopened,
            IncidentClosed,
            *supervision.FROM_ROUTING,
            IncidentOriginLinked,
            *whistles.FROM_ROUTING,
            *mediation.FROM_ROUTING,
            *referrals.FROM_ROUTING,
            *guesses.FROM_ROUTING,
            ActionRefused,
            *duplicates.FROM_ROUTING,
            ActionDone,
        ),
        retention_ms=FOREVER,
    ),
    Flow(
        "handoff",
        "routing",
        (("routing", "other"),),
        (IncidentHandedOver, ActionForwarded, ActionForwardedV1, ProposalForwarded, LeadResolved),
    ),
    Flow(
        "followup",
        "followup",
        (("routing", "same"), ("metrics", "same"), ("intake", "all")),
        (
            *followup.FROM_FOLLOWUP,
            *care.FROM_FOLLOWUP,
            ActionRefused,
            ActionDone,
        ),
        retention_ms=FOREVER,
    ),
    Flow(
        "metrics",
        "metrics",
        (("metrics", "other"),),
        (MetricCell, MetricRestated, MetricDefinition, MetricHeartbeat, MetricUnusualDay),
        "cell",
        retention_ms=FOREVER,
        cleanup="compact",
        sequenced=False,
        group="board",  # what other tiers say of themselves never waits behind what is counted here
    ),
)


@dataclass(frozen=True)  # without slots: what follows from its fields is asked for every record and kept
class Topic:
    """One topic of one tier."""

    name: str
    tier: Tier
    flow: Flow

    @property
    def partitions(self) -> int:
        """How many partitions it has."""
        return PARTITIONS

    @property
    def retention_ms(self) -> int:
        """How long a record stays, in milliseconds; -1 for ever."""
        return self.flow.retention_ms

    @property
    def segment_ms(self) -> int | None:
        """After what time a file of it is closed, in milliseconds; None where the broker decides."""
        return self.flow.segment_ms

    @property
    def cleanup(self) -> Literal["delete", "compact"]:
        """Kafka's cleanup policy."""
        return self.flow.cleanup

    @property
    def max_bytes(self) -> int:
        """The largest record batch the broker takes."""
        return self.flow.max_bytes

    @cached_property
    def trusted(self) -> bool:
        """Whether one of our services writes it, so that its source can be checked."""
        return self.flow.writer != "partners"

    @cached_property
    def sequenced(self) -> bool:
        """Whether every record carries a dense number per incident, from 1."""
        return self.flow.sequenced

    @cached_property
    def source(self) -> str:
        """The CloudEvents source its writer signs with."""
        return source_of(self.flow.writer, self.tier)

    def read_by(self, service: Service, tier: Tier) -> bool:
        """Whether that service of that tier reads this topic."""
        return any(name == service and reaches(reach, self.tier, tier) for name, reach in self.flow.readers)


def source_of(service: str, tier: str) -> str:
    """The CloudEvents source of a service, e.g. `/fengqiao/village/routing`."""
    return f"/fengqiao/{tier}/{service}"


TOPICS: dict[str, Topic] = {
    f"{tier}.{flow.kind}": Topic(f"{tier}.{flow.kind}", tier, flow) for tier in TIERS for flow in FLOWS
}


def topics_read_by(service: Service, tier: Tier, tiers: Collection[Tier] = TIERS) -> tuple[Topic, ...]:
    """All topics a service of a tier listens to, in a county of these tiers."""
    return tuple(one for one in TOPICS.values() if one.tier in tiers and one.read_by(service, tier))


def groups_of(service: Service, tier: Tier, tiers: Collection[Tier] = TIERS) -> dict[str, tuple[Topic, ...]]:
    """The consumer groups of a service of a tier, by name, and what each listens to, in a county of these tiers."""
    found: dict[str, tuple[Topic, ...]] = {}
    for topic in topics_read_by(service, tier, tiers):
        name = "-".join(filter(None, (tier, service, topic.flow.group)))
        found[name] = (*found.get(name, ()), topic)
    return found


EVENTS: dict[str, type[Event]] = {event.type: event for flow in FLOWS for event in flow.events}
"""Every event type of the product by its CloudEvents type."""
