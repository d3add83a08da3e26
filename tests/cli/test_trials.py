"""Recorded incidents live through a draft: same deeds, same times, other rules; what differs is counted."""

from datetime import timedelta

import pytest

from cli.trials.compared import differences
from cli.trials.lived import Living
from cli.trials.recorded import Record, deeds
from cli.trials.tally import EXAMPLES, Tally, told
from schemas.base import SYSTEM, Actor
from schemas.routing import Entry
from tests.builders import INCIDENT, NOW, OFFICER, a_policy, an_incident, later

UNTIL = NOW + timedelta(days=60)


def a_line(event, at, tier="village", detail=None, actor=OFFICER):
    return Entry(
        event=f"incident.{event}.v1", tier=tier, occurred_at=at, recorded_at=at, actor=actor, detail=detail
    )


SETTLED = (
    a_line("opened", NOW, actor=SYSTEM),
    a_line("accepted", later(hours=3)),
    a_line("resolved", later(hours=20), detail="method/1:mediation outcome/1:success"),
    a_line("closed", later(days=5)),
)
CLIMBED = (
    a_line("opened", NOW, actor=SYSTEM),
    a_line("overdue", later(hours=4), detail="accept", actor=SYSTEM),
    a_line("escalated", later(hours=4), detail="town reason/1:deadline-missed deadline", actor=SYSTEM),
    a_line("opened", later(hours=4), "town", actor=SYSTEM),
    a_line("accepted", later(hours=6), "town"),
    a_line("resolved", later(hours=20), "town", detail="method/1:mediation outcome/1:success"),
)
SUSPENDED = (
    a_line("opened", NOW, actor=SYSTEM),
    a_line("accepted", later(hours=1)),
    a_line(
        "suspended", later(hours=2), detail="reason/1:party-away o-9", actor=Actor(role="officer", ref="o-1")
    ),
    a_line("resumed", later(hours=30)),
    a_line("resolved", later(hours=31), detail="method/1:mediation outcome/1:success"),
)


def a_record(history, **changes):
    return Record(an_incident(**changes), history)


def clocks(**changes):
    """The clocks of the policy, with other times for an ordinary matter in the village."""
    given = a_policy().model_dump(mode="json")["clocks"]
    given["village"]["ordinary"] |= changes
    return given


def compared(record, draft):
    before = Living(record, a_policy()).through(UNTIL)
    assert tuple(before.lived) == record.lived
    return [f"{kind[1]}: {how}" for kind, how in differences(before, Living(record, draft).through(UNTIL))]


@pytest.mark.parametrize("history", [SETTLED, CLIMBED, SUSPENDED], ids=["settled", "climbed", "suspended"])
def test_under_its_own_policy_a_record_lives_as_it_was_recorded(history):
    record = a_record(history)

    assert compared(record, a_policy(version="draft/1")) == []


def test_a_draft_that_begins_elsewhere_is_seen():
    first = {"ordinary": "town", "prominent": "village", "major": "town"}

    found = compared(a_record(SETTLED), a_policy(first_tier=first))

    assert found == ["first tier: 村(社区) village → 镇(街道) town"]


def test_a_shorter_deadline_would_have_been_missed_and_have_raised_it():
    found = compared(a_record(SETTLED), a_policy(clocks=clocks(accept="PT1H")))

    assert [one.partition(":")[0] for one in found] == [
        "to accept", "would be overdue", "would be raised by the rules",
    ]  # fmt: skip
    assert "earlier" in found[0]
    assert found[2].endswith("村(社区) village → 镇(街道) town")


def test_a_longer_one_would_have_kept_it_in_the_village():
    found = compared(a_record(CLIMBED), a_policy(clocks=clocks(accept="PT12H")))

    kinds = [one.partition(":")[0] for one in found]
    assert "would not be overdue" in kinds
    assert "would not be raised by the rules" in kinds


def test_an_alarm_instead_of_an_escalation_stays_overdue():
    found = compared(a_record(CLIMBED), a_policy(missed={"accept": "alarm", "handle": "alarm"}))

    assert found == ["would not be raised by the rules: 村(社区) village → 镇(街道) town"]


def test_what_people_did_and_the_draft_forbids_is_named_with_the_reason():
    allowed = [one for one in a_policy().pauses.suspend if one != "party-away"]

    found = compared(a_record(SUSPENDED), a_policy(pauses={"suspend": allowed}))

    assert any("no longer allowed: 挂起 Suspended" in one for one in found)
    assert any("事由不在规定之列" in one for one in found)


def test_a_revisit_would_be_planned_for_another_day():
    rules = a_policy().revisit.model_dump(mode="json") | {"due": "P14D"}

    [found] = compared(a_record(SETTLED), a_policy(revisit=rules))

    assert found.startswith("revisit planned for: ")


def test_a_matter_judged_anew_begins_with_the_severity_it_was_reported_with():
    judged = a_line(
        "triaged", later(hours=2), detail="severity/1:ordinary severity/1:prominent reason/1:severity"
    )
    record = a_record((SETTLED[0], judged, *SETTLED[1:]), severity="severity/1:prominent")

    assert record.severity == "severity/1:ordinary"
    assert compared(record, a_policy(version="draft/1")) == []


def test_what_its_new_severity_raised_stays_where_the_draft_lets_it_begin():
    judged = (
        a_line("triaged", later(hours=2), detail="severity/1:ordinary severity/1:major reason/1:severity"),
        a_line("escalated", later(hours=2), detail="town reason/1:severity person"),
        a_line("opened", later(hours=2), "town", actor=SYSTEM),
        a_line("accepted", later(hours=3), "town"),
        a_line("resolved", later(hours=5), "town", detail="method/1:mediation outcome/1:success"),
    )
    record = a_record((SETTLED[0], *judged), severity="severity/1:major")
    first = {"ordinary": "village", "prominent": "village", "major": "village"}

    assert compared(record, a_policy(version="draft/1")) == []
    [found] = [one for one in compared(record, a_policy(first_tier=first)) if "severity" in one]
    assert found == "raised by its new severity: 村(社区) village → 镇(街道) town，草案 draft: —"


def test_imported_history_has_no_clocks_to_differ():
    record = a_record(SETTLED, backfill=True)

    assert compared(record, a_policy(clocks=clocks(accept="PT1M"))) == []


def test_what_the_policy_did_is_no_deed():
    assert [one.line.event for one in deeds(CLIMBED)] == ["incident.accepted.v1", "incident.resolved.v1"]


def test_a_tally_counts_each_incident_once_a_kind_and_keeps_few_examples():
    tally, kind = Tally(), ("首办层级", "first tier")

    for number in range(5):
        tally.note(f"{INCIDENT}-{number}", [(kind, "first"), (kind, "second")])
    tally.note("same", [])

    assert (tally.kinds[kind], tally.different, tally.same) == (5, 5, 1)
    assert len(tally.examples[kind]) == EXAMPLES
    assert tally.examples[kind][0][1] == "first"


def test_what_was_not_compared_is_said():
    lines = told(Tally(same=1, other_record=2, no_policy=3), "draft/1")

    assert "2 were not compared" in lines[1]
    assert "3 were not compared" in lines[2]
