"""Who is asked about a matter that came back: whoever was there then, and not whoever came or went in between."""

from datetime import timedelta

import pytest

from cli.trials.asked import People, Registry
from cli.trials.lived import Living
from schemas.base import SYSTEM, Actor
from tests.builders import NOW, VILLAGE, asking, later
from tests.cli.test_trials import a_line, a_record
from tests.cli.trials import UNTIL, WHEN_ACCEPTED, alarming, entry, found, tried

BACK = later(days=3)
DONE = {"detail": "method/1:mediation outcome/1:success"}
RELAPSED = (
    a_line("opened", NOW, actor=SYSTEM),
    a_line("accepted", later(minutes=20)),
    a_line("resolved", later(hours=2), **DONE),
    a_line("reopened", BACK, detail="reason/1:relapse"),
    a_line("resolved", later(days=3, hours=5), **DONE),
)


def asked(reference, role, at):
    return a_line("assigned", at, detail=f"{reference} contact-role/1:{role} policy", actor=SYSTEM)


def test_whoever_would_have_been_asked_after_a_relapse_takes_it_on_as_the_centre_did():
    came = entry("c-7", "grid-staff", valid_from=NOW.date() + timedelta(days=1))

    differences = found(tried(a_record(RELAPSED), alarming(assignment=WHEN_ACCEPTED), entries=[came]))

    assert differences == {"who is asked to take it": ["无 nobody → 村(社区) village 网格员 Grid staff"]}


def test_by_the_same_rules_nobody_is_asked_before_they_were_there():
    own, mediator = alarming(assignment=asking(unclaimed="alarm")), Actor(role="mediator", ref="c-2")
    opened, accepted, resolved, reopened, again = RELAPSED
    history = (
        opened,
        asked("c-2", "mediator", NOW),
        a_line("declined", later(minutes=5), detail="c-2 reason/1:overloaded", actor=mediator),
        a_line("unclaimed", later(minutes=5), detail="1", actor=SYSTEM),
        accepted,
        resolved,
        reopened,
        asked("c-9", "grid-staff", BACK),
        a_line("taken", later(days=3, minutes=10), actor=Actor(role="grid-staff", ref="c-9")),
        again,
    )
    record = a_record(history)
    entries = [entry("c-2", "mediator"), entry("c-9", "grid-staff", valid_from=BACK.date())]

    life = Living(record, own).through(UNTIL)

    assert tuple(life.lived) == record.lived
    assert life.of("assignment") == record.of("assignment")
    assert tried(record, own.model_copy(update={"version": "draft/1"}), own=own, entries=entries).same == 1


@pytest.mark.parametrize(("moment", "reference"), [(NOW, "c-1"), (BACK, "c-9")])
def test_a_draft_asks_whoever_was_asked_at_that_time_first(moment, reference):
    record = a_record((RELAPSED[0], asked("c-1", "grid-staff", NOW), asked("c-9", "grid-staff", BACK)))
    people = People(record, alarming(assignment=asking()), {"village": Registry()})

    assert people.at("village", moment).best("grid-staff", VILLAGE, ()).reference == reference
