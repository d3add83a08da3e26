"""Whatever another system writes wherever it should not: no refusal repeats it, and nothing of it goes on the bus."""

import json

import pytest

from messaging.cloudevents import decode
from messaging.errors import Rejected
from schemas.inbound import ActionSubmitted, ActivitySubmitted, ReportSubmitted
from schemas.topics import TOPICS
from services.intake.app import LISTENS_TO
from services.intake.items import let_in
from services.intake.report import NotAccepted, Origin, check_opaque
from tests.builders import INCIDENT, NOW, ROOT, a_registry, an_inbound_record

NAME, TELEPHONE = "王小明", "13800138000"
WRITTEN = (NAME, TELEPHONE, {NAME: NAME}, [NAME], {"action": NAME}, f"2026-{NAME}")
KINDS = [one.type for one in (ReportSubmitted, ActionSubmitted, ActivitySubmitted)]
EXAMPLES = [
    (kind, path) for kind in KINDS for path in sorted((ROOT / "schemas/examples").glob(f"{kind}*.json"))
]
WANTED = {one.type: one for one in LISTENS_TO}


def places(body, at=()):
    """Every place in a body, itself included."""
    yield at
    steps = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, part in steps:
        yield from places(part, (*at, step))


def written(body, at, what):
    """The body with something else at a place."""
    if not at:
        return what
    copy = json.loads(json.dumps(body))
    part = copy
    for step in at[:-1]:
        part = part[step]
    part[at[-1]] = what
    return copy


def answered(kind, body):
    """What becomes of a submission, as far as anybody else sees it: its event, or why it is refused."""
    record = an_inbound_record(json.dumps(body).encode(), ce_type=kind.encode())
    try:
        message = decode(record, TOPICS["village.inbound"], WANTED)
        check_opaque(message.event, message.source)
        origin = Origin(INCIDENT, message.source)
        return let_in(a_registry(), origin, message.event, NOW, lambda _: None).model_dump_json()
    except (Rejected, NotAccepted) as refusal:
        return str(refusal)


@pytest.mark.parametrize(("kind", "path"), EXAMPLES, ids=[path.stem for _, path in EXAMPLES])
def test_what_stands_where_it_should_not_is_neither_repeated_nor_passed_on(kind, path):
    body = json.loads(path.read_text(encoding="utf-8"))

    told = [answered(kind, written(body, at, what)) for at in places(body) for what in WRITTEN]

    assert len(told) >= len(WRITTEN) * len(body)
    assert [one for one in told if NAME in one or TELEPHONE in one] == []
