"""What every event has in common: frozen, tolerant of fields it does not know, silent about values it refuses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self, TypedDict

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schemas.codes import Code

Tier = Literal["village", "town", "county"]
TIERS: tuple[Tier, ...] = ("village", "town", "county")
"""From the bottom up: the index is the height."""

Service = Literal["intake", "routing", "followup", "metrics"]
SERVICES: tuple[Service, ...] = ("intake", "routing", "followup", "metrics")

IncidentId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}([0-9]{3}){0,3}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@/-]{1,64}$")]
"""An opaque name of a person, unit or request. Its alphabet keeps people's real names out of it."""


SpanText = Annotated[
    str,
    Field(
        pattern=r"^(P[1-9][0-9]{0,2}D|PT[1-9][0-9]{0,3}[HMS]|[1-9][0-9]{0,2} working days?|[1-9][0-9]{0,2} ?个工作日)$"
    ),
]
"""A length as the policy writes it: elapsed time (`P3D`, `PT12H`) or working days (`5 working days`)."""


def _plausible(moment: datetime) -> datetime:
    """Years no database column holds, and no matter is from, are a slip of the pen."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError(f"must lie between the years {EARLIEST_YEAR} and {LATEST_YEAR}")
    return moment


EARLIEST_YEAR, LATEST_YEAR = 1900, 9000
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""A time with an offset, as other systems and callers give it."""


class Event(BaseModel):
    """A fact or a request; `type` is its CloudEvents type and ends in its version."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    type: ClassVar[str]


class Party(BaseModel):
    """Somebody in the matter, by role only: who that is stays in the vault under the same `ref`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    ref: Annotated[str, StringConstraints(pattern=r"^p[0-9]{1,2}$")]
    role: Code


class Matter(Event):
    """The attributes of an incident that every later event repeats, so that no reader has to ask for them."""

    incident_id: IncidentId
    area: AreaCode
    category: Code
    channel: Code
    severity: Code
    reported_at: AwareDatetime
    backfill: bool = False
    """Imported history: judged by its own times, fires nothing today."""


class MatterFields(TypedDict):
    """The same attributes, to be passed on to an event or a state."""

    incident_id: str
    area: str
    category: str
    channel: str
    severity: str
    reported_at: datetime
    backfill: bool


@dataclass(frozen=True, kw_only=True)  # without slots: then a changed copy takes a microsecond and not fifty
class MatterState:
    """The same attributes in the books of a service: the base of what it keeps of an incident."""

    incident_id: str
    area: str
    category: str
    channel: str
    severity: str
    reported_at: datetime
    backfill: bool

    @property
    def matter(self) -> MatterFields:
        """The attributes its events repeat."""
        return matter_of(self)

    def changed(self, **changes: object) -> Self:
        """A copy with other values in some fields: `dataclasses.replace` for a state of many fields."""
        fields = self.__dict__ | changes
        if len(fields) != len(self.__dict__):
            raise TypeError(
                f"not fields of {type(self).__name__}: {sorted(changes.keys() - self.__dict__.keys())}"
            )
        copy = object.__new__(type(self))
        copy.__dict__.update(fields)
        return copy


def matter_of(source: Matter | MatterState) -> MatterFields:
    """The attributes of an incident, from an event of it or from the books."""
    return {
        "incident_id": source.incident_id,
        "area": source.area,
        "category": source.category,
        "channel": source.channel,
        "severity": source.severity,
        "reported_at": source.reported_at,
        "backfill": source.backfill,
    }


UNKNOWN = "unknown"
"""The reference of whoever was not named: two of them need not be the same."""


class Actor(BaseModel):
    """Who acted, in which role; both opaque."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    role: Reference = "staff"
    ref: Reference = UNKNOWN


class Action(BaseModel):
    """Base of all actions; the discriminator is `action`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class IncidentEvent(Matter):
    """An event of an incident at the tier that publishes it."""

    occurred_at: AwareDatetime
    actor: Actor
    rule: str | None = None
    """The policy version and the rule it happened under; null for a person's free decision."""


Count = Annotated[int, Field(ge=0, le=1_000_000)]
Minutes = Annotated[int, Field(ge=0, le=10_080)]
"""A length in minutes, a week at most."""

SYSTEM = Actor(role="system", ref="policy")
Attempt = Annotated[int, Field(ge=1, le=1000)]


def tier_of(area: str) -> Tier:
    """The tier an area code belongs to; a grid counts as its village."""
    match len(area):
        case 6:
            return "county"
        case 9:
            return "town"
        case _:
            return "village"


def height(tier: Tier) -> int:
    """0 village, 1 town, 2 county."""
    return TIERS.index(tier)


def higher(first: Tier, second: Tier) -> Tier:
    """The upper one of two tiers."""
    return TIERS[max(height(first), height(second))]


__all__ = [
    "SERVICES",
    "SYSTEM",
    "TIERS",
    "UNKNOWN",
    "Action",
    "Actor",
    "AreaCode",
    "Attempt",
    "Count",
    "Event",
    "IncidentEvent",
    "IncidentId",
    "Matter",
    "MatterFields",
    "MatterState",
    "Minutes",
    "Party",
    "Reference",
    "Service",
    "SpanText",
    "Tier",
    "datetime",
    "height",
    "higher",
    "matter_of",
    "tier_of",
]
