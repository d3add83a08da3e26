"""What a device recorded is judged item by item, in its order, and no item twice."""

import pytest

from schemas.offline import Belief
from services.intake.docket import Docket
from services.intake.items import Item, Kept, Sorter, device_source, names_in, sort_out
from services.intake.report import incident_id_of
from tests.builders import INCIDENT, NOW, a_registry, a_report, a_submitted_action, an_activity, later

SOURCE = device_source("village", "grid-07")
BASIS = (Belief(field="status", value="open"),)


def item(name, given=None, **changes):
    return Item(**{"id": name, "digest": name.encode(), "given": given or a_report()} | changes)


def an_action(**changes):
    return a_submitted_action(**{"report_id": "i-1", "reference": "i-2"} | changes)


def explained(why, kind):
    return {"kind": why.kind, "fields": [name for name, _ in why.fields]}


def sort(*items, known=(), taken=()):
    sorter = Sorter(NOW, explained, Docket(a_registry(), taken=dict(taken)).offer)
    return sort_out(a_registry(), SOURCE, items, {one.id: one for one in known}, sorter)


def shown(done):
    return [(one.id, one.repeated, one.problem and one.problem["kind"]) for one in done.lines]


def test_items_are_let_in_in_the_order_in_which_they_were_recorded():
    done = sort(item("i-1"), item("i-2", an_action()), item("i-3", an_activity()))

    incident, activity = incident_id_of(SOURCE, "i-1"), incident_id_of(SOURCE, "i-3")
    assert shown(done) == [("i-1", False, None), ("i-2", False, None), ("i-3", False, None)]
    assert [event.type for _, event in done.events] == [
        "incident.reported.v1", "action.received.v2", "activity.recorded.v1",
    ]  # fmt: skip
    assert [(one.kind, one.about, one.state) for one in done.fresh] == [
        ("report", incident, "accepted"), ("action", incident, "accepted"), ("activity", activity, "accepted"),
    ]  # fmt: skip
    assert [event.source for _, event in done.events] == [SOURCE, SOURCE, SOURCE.removesuffix("/grid-07")]


def test_an_action_takes_along_what_it_is_called_and_based_on():
    done = sort(item("i-1"), item("i-2", an_action(based_on=BASIS)))

    _, asked = done.events[1][0], done.events[1][1]
    assert (asked.reference, asked.based_on) == ("i-2", BASIS)


def test_what_was_let_in_before_is_not_let_in_again():
    before = Kept("i-1", b"i-1", "report", INCIDENT)

    done = sort(item("i-1"), item("i-2"), item("i-2"), known=[before])

    assert shown(done) == [("i-1", True, None), ("i-2", False, None), ("i-2", True, None)]
    assert [one.id for one in done.fresh] == ["i-2"]


def test_a_batch_also_names_the_reports_of_earlier_batches_that_it_acts_on():
    assert names_in([item("i-2", an_action()), item("i-3", an_activity())]) == {"i-1", "i-2", "i-3"}


def test_a_name_that_was_used_for_something_else_is_refused():
    done = sort(item("i-1"), item("i-1", digest=b"other"))

    assert shown(done)[1] == ("i-1", None, "id-reused")
    assert len(done.events) == 1


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        (a_report(area="110101"), "unknown-area", "area"),
        (a_report(category="gossip"), "unknown-code", "category"),
        (a_report(occurred_at=later(hours=1)), "future", "occurred_at"),
        (an_action(action={"action": "escalate", "reason": "rain"}), "unknown-code", "action.reason"),
        (an_activity(role="mayor"), "unknown-code", "role"),
        (an_activity(activity="巡查"), "unknown-code", "activity"),
        (an_activity(area="110101"), "unknown-area", "area"),
    ],
)
def test_an_item_that_cannot_be_let_in_hinders_no_other(given, kind, field):
    done = sort(item("i-1"), item("i-2", given), item("i-3"))

    assert shown(done) == [("i-1", False, None), ("i-2", None, kind), ("i-3", False, None)]
    assert done.lines[1].problem["fields"] == [field]
    assert [one.id for one in done.fresh] == ["i-1", "i-3"]


def test_an_item_that_cannot_be_read_says_why_and_is_not_remembered():
    done = sort(item("i-1", problem={"kind": "invalid"}))

    assert (shown(done), done.fresh) == ([("i-1", None, "invalid")], [])


@pytest.mark.parametrize("known", [(), (Kept("i-1", b"-", "activity", INCIDENT),)])
def test_an_action_on_a_report_that_was_not_accepted_is_not_let_in(known):
    done = sort(item("i-2", an_action()), known=known)

    assert shown(done) == [("i-2", None, "unknown-report")]


def test_an_action_may_follow_a_report_of_an_earlier_batch():
    done = sort(item("i-2", an_action()), known=[Kept("i-1", b"-", "report", INCIDENT)])

    assert shown(done) == [("i-2", False, None)]


def a_numbered_report(number="2026-0522-1042"):
    return a_report(channel="court", source_number=number)


def test_a_number_that_names_another_matter_refuses_its_item_and_what_was_done_about_it_only():
    done = sort(
        item("i-1", a_numbered_report()),
        item("i-2", an_action()),
        item("i-3", an_activity()),
        taken={("court", "2026-0522-1042"): INCIDENT},
    )

    assert shown(done) == [
        ("i-1", None, "source-number-known"),
        ("i-2", None, "unknown-report"),
        ("i-3", False, None),
    ]
    assert done.lines[0].problem["fields"] == ["source_number"]
    assert [one.id for one in done.fresh] == ["i-3"]


def test_a_number_twice_in_a_batch_names_the_first_matter():
    done = sort(
        item("i-1", a_numbered_report()),
        item("i-2", a_numbered_report()),
        item("i-3", a_numbered_report("7")),
    )

    assert shown(done) == [("i-1", False, None), ("i-2", None, "source-number-known"), ("i-3", False, None)]
