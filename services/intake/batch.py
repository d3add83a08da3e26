"""A batch as a device sends it: up to 500 things recorded without a network, each readable or refused by itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, assert_never

from pydantic import (
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from doors.closed import Closed
from doors.problems import body_of, invalid
from schemas.actions import AnyAction
from schemas.base import Actor, IncidentId, Moment, Reference
from schemas.inbound import ActionSubmitted
from schemas.offline import Basis
from schemas.opaque import NUMBER
from services.intake import api_activities, api_reports
from services.intake.answers import problem_of
from services.intake.api_activities import ActivityRequest
from services.intake.api_reports import ReportRequest
from services.intake.items import Given, Item, Line
from services.intake.refusals import HIDDEN, shown
from services.intake.report import NAMES, NotAccepted
from services.intake.vault import Vault

MOST = 500
UNKNOWN = "is not a field of this request"
ONE_INCIDENT = [("incident_id", "name the incident by incident_id or by report_id, one of the two")]


class ReportItem(ReportRequest):
    """A report, recorded without a network."""

    kind: Literal["report"]
    id: Reference
    occurred_at: Moment


class ActionItem(Closed):
    """Something done to an incident, visits included; the incident by its id, or by the item that reported it."""

    kind: Literal["action"]
    id: Reference
    occurred_at: Moment
    incident_id: IncidentId | None = None
    report_id: Reference | None = None
    """The `id` of a report of this device, of this batch or an earlier one."""
    actor: Actor = Actor()
    action: AnyAction
    based_on: Basis = ()
    """What the device believed of the incident, as far as it matters: `status`, `owner`, `assignee`, `severity`,
    `leader`, `origin`, `session_at`; of a revisit `status`, `attempt`, the party's `result` and `counselling`.
    What the action sets and this does not name, it believed to be empty: if it is not, that is a conflict."""


class ActivityItem(ActivityRequest):
    """An activity, recorded without a network."""

    kind: Literal["activity"]
    id: Reference
    occurred_at: Moment


@dataclass(frozen=True, slots=True)
class Unfit:
    """An item that has a name, and otherwise cannot be read."""

    id: str
    problem: dict[str, Any]


def _one_by_one(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """One item that cannot be read is refused by itself, as long as it has a name to answer under."""
    try:
        return handler(value)
    except ValidationError as error:
        name = value.get("id") if isinstance(value, dict) else None
        if not _is_name(name):
            raise
        problems = error.errors(include_url=False, include_input=False)
        for one in problems:
            one["loc"] = _named(one["loc"][1:])  # the first step only repeats the kind
        return Unfit(str(name), body_of(invalid(problems)))


def _named(place: Sequence[int | str]) -> tuple[int | str, ...]:
    """Where it is wrong, to be kept with the batch: what a device calls a field of its own may name somebody."""
    return tuple(shown(one) if isinstance(one, str) else one for one in place)


def without_own_names(line: Line) -> Line:
    """A line as it is kept: a field that is none of ours is named in the answer only: it may be a name."""
    errors = (line.problem or {}).get("errors")
    if not errors:
        return line
    kept = [one | {"field": HIDDEN} if one["problem"] == UNKNOWN else one for one in errors]
    return replace(line, problem={**(line.problem or {}), "errors": kept})


def _not_too_many(items: object) -> object:
    """Counted before any is read: a megabyte holds hundreds of thousands, which would stop the door for seconds."""
    if isinstance(items, list) and len(items) > MOST:
        raise PydanticCustomError("too_many", f"Input should have at most {MOST} items")
    return items


def _is_name(name: object) -> bool:
    """Whether an answer may repeat it."""
    try:
        return not NUMBER.search(_NAME.validate_python(name))
    except ValidationError:
        return False


_NAME: TypeAdapter[str] = TypeAdapter(Reference)
Readable = Annotated[ReportItem | ActionItem | ActivityItem, Field(discriminator="kind")]


class BatchRequest(Closed):
    """What a device recorded, oldest first. No Idempotency-Key: every item has a name of its own, for ever."""

    device: Reference
    items: Annotated[
        tuple[Annotated[Readable, WrapValidator(_one_by_one)], ...],
        Field(min_length=1, max_length=MOST),
        BeforeValidator(_not_too_many),
    ]


def items_of(batch: BatchRequest, vault: Vault) -> list[Item]:
    """The items as they are judged, in the order in which the device gives them."""
    read: Sequence[ReportItem | ActionItem | ActivityItem | Unfit] = batch.items
    return [_item(one, vault) for one in read]


def batch_id_of(source: str, items: Sequence[Item]) -> str:
    """The id of a batch: the same when items of these names are sent again, mended or not.

    It stays when what they told is erased, so nothing that anybody said is in it, not even as a digest.
    """
    return str(uuid.uuid5(NAMES, "\n".join([source, *(one.id for one in items)])))


def _item(one: ReportItem | ActionItem | ActivityItem | Unfit, vault: Vault) -> Item:
    if isinstance(one, Unfit):
        return Item(one.id, b"", problem=one.problem)
    digest = vault.fingerprint(one.model_dump_json(exclude_unset=True).encode())
    match one:
        case ReportItem():
            given: Given = api_reports.submitted_of(one, one.occurred_at)
            return Item(one.id, digest, given, one.description, api_reports.secret_of(one))
        case ActivityItem():
            given = api_activities.submitted_of(one, one.occurred_at)
            return Item(one.id, digest, given, secret=api_activities.secret_of(one))
        case ActionItem():
            return _action(one, digest)
        case _:
            assert_never(one)


def _action(one: ActionItem, digest: bytes) -> Item:
    """An action asks under the name of its item, so that its outcome finds the way back."""
    if (one.incident_id is None) == (one.report_id is None):
        return Item(
            one.id, digest, problem=body_of(problem_of(NotAccepted("invalid", ONE_INCIDENT), "action"))
        )
    given = ActionSubmitted(
        incident_id=one.incident_id,
        report_id=one.report_id,
        occurred_at=one.occurred_at,
        actor=one.actor,
        reference=one.id,
        based_on=one.based_on,
        action=one.action,
    )
    return Item(one.id, digest, given)
