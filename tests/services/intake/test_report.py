"""What may enter: known areas, known codes, and nothing that has not happened yet."""

import uuid

import pytest

from schemas.base import Actor
from services.intake.api_reports import ReportRequest, submitted_of
from services.intake.report import (
    CLOCK_SKEW,
    NAMES,
    NotAccepted,
    Origin,
    check_opaque,
    incident_id_of,
    received,
    reported,
)
from tests.builders import INCIDENT, NOW, VILLAGE, a_policy, a_registry, a_report, a_submitted_action


def accepted(report, text=None):
    return reported(a_registry(), Origin(INCIDENT, "/partner", text), report, NOW)


def refusal(report):
    with pytest.raises(NotAccepted) as caught:
        accepted(report)
    return caught.value


def test_bare_codes_become_full_ones():
    event = accepted(a_report(parties=("applicant", "respondent")))

    assert (event.category, event.channel, event.severity) == (
        "category/1:land", "channel/1:patrol", "severity/1:ordinary",
    )  # fmt: skip
    assert [(one.ref, one.role) for one in event.parties] == [
        ("p1", "party-role/1:applicant"),
        ("p2", "party-role/1:respondent"),
    ]
    assert (event.tier, event.source, event.incident_id) == ("village", "/partner", INCIDENT)
    assert event.reported_at == event.occurred_at == a_report().occurred_at


def test_who_entered_a_report_goes_with_it_as_a_reference():
    assert accepted(a_report(entered_by="gs-0517")).entered_by == "gs-0517"
    assert accepted(a_report()).entered_by is None


def test_who_entered_a_report_is_no_telephone_number():
    with pytest.raises(NotAccepted) as caught:
        check_opaque(a_report(entered_by="13812345678"), "/partner")

    assert [name for name, _ in caught.value.fields] == ["entered_by"]


def test_the_window_hands_on_who_entered_a_report():
    body = ReportRequest(area=VILLAGE, category="land", channel="patrol", entered_by="gs-0517")

    assert submitted_of(body, NOW).entered_by == "gs-0517"


def test_full_codes_stay_as_they_are():
    assert accepted(a_report(category="category/1:land")).category == "category/1:land"


def test_without_parties_there_is_the_reporter():
    assert [one.role for one in accepted(a_report(parties=())).parties] == ["party-role/1:reporter"]


@pytest.mark.parametrize("area", ["620522", "620522101", VILLAGE, VILLAGE + "007"])
def test_every_tier_s_area_and_any_grid_of_a_known_village_may_report(area):
    assert accepted(a_report(area=area)).area == area


@pytest.mark.parametrize("area", ["110101", "620522999", VILLAGE[:-1] + "9", "620522999001001"])
def test_an_unknown_area_is_refused(area):
    why = refusal(a_report(area=area))

    assert (why.kind, [name for name, _ in why.fields]) == ("unknown-area", ["area"])
    assert area not in str(why)


def test_all_unknown_codes_are_named_at_once_with_what_would_do():
    why = refusal(a_report(category="gossip", channel="pigeon"))

    assert why.kind == "unknown-code"
    assert [name for name, _ in why.fields] == ["category", "channel"]
    assert "patrol" in str(why)
    assert "gossip" not in str(why)


def test_an_unknown_role_is_refused():
    assert refusal(a_report(parties=("applicant", "enemy"))).kind == "unknown-code"


def test_a_sender_s_clock_may_run_a_little_ahead():
    assert accepted(a_report(occurred_at=NOW + CLOCK_SKEW)).reported_at == NOW + CLOCK_SKEW


def test_the_future_is_refused():
    why = refusal(a_report(occurred_at=NOW + CLOCK_SKEW * 1.01))

    assert (why.kind, why.fields) == ("future", (("occurred_at", "is in the future"),))


def test_a_report_s_incident_id_is_the_same_for_ever():
    assert incident_id_of("/partner", "r-1") == incident_id_of("/partner", "r-1")
    assert incident_id_of("/partner", "r-1") != incident_id_of("/partner", "r-2")
    assert incident_id_of("/partner", "r-1") != incident_id_of("/other", "r-1")


@pytest.mark.parametrize("number", range(20))
def test_a_report_s_incident_id_is_the_name_based_uuid_of_its_source_and_its_id(number):
    known = uuid.uuid5(NAMES, f"/伙伴/{number}\n报告-{number}")

    assert incident_id_of(f"/伙伴/{number}", f"报告-{number}") == str(known)


def test_an_action_may_name_the_incident_by_the_sender_s_own_report():
    event = received(a_registry(), "/partner", a_submitted_action(report_id="r-9"), NOW)

    assert event.incident_id == incident_id_of("/partner", "r-9")


def test_an_action_may_name_the_incident_itself():
    event = received(a_registry(), "/partner", a_submitted_action(report_id=None, incident_id=INCIDENT), NOW)

    assert event.incident_id == INCIDENT


def test_an_action_s_codes_are_completed():
    action = {"action": "escalate", "reason": "too-hard"}

    assert (
        received(a_registry(), "/p", a_submitted_action(action=action), NOW).action.reason
        == "reason/1:too-hard"
    )


@pytest.mark.parametrize(
    ("action", "service"),
    [
        ({"action": "accept"}, "routing"),
        ({"action": "visit", "party": "p1", "means": "home", "result": "satisfied"}, "followup"),
    ],
)
def test_an_action_says_who_decides_on_it(action, service):
    event = received(a_registry(), "/partner", a_submitted_action(action=action), NOW)

    assert (event.type, event.decided_by) == ("action.received.v2", service)


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ({"action": {"action": "escalate", "reason": "boredom"}}, "unknown-code", "action.reason"),
        ({"occurred_at": NOW + CLOCK_SKEW * 2}, "future", "occurred_at"),
    ],
)
def test_an_action_may_be_refused(changes, kind, field):
    with pytest.raises(NotAccepted) as caught:
        received(a_registry(), "/partner", a_submitted_action(**changes), NOW)

    assert (caught.value.kind, caught.value.fields[0][0]) == (kind, field)


def test_a_severity_that_was_left_out_is_the_one_triage_proposes():
    event = accepted(a_report(people=12))

    assert event.severity == event.proposed_severity == "severity/1:prominent"
    assert event.triage == (f"{a_policy().version} triage.many-people",)


def test_a_person_s_severity_stays_beside_the_proposal():
    event = accepted(a_report(people=12, severity="ordinary"))

    assert (event.severity, event.proposed_severity) == ("severity/1:ordinary", "severity/1:prominent")


def test_what_was_told_decides_and_stays_in_the_vault():
    event = accepted(a_report(), "邻居扬言要放火")

    assert event.severity == "severity/1:major"
    assert "放火" not in event.model_dump_json()


def test_imported_history_keeps_its_severity():
    event = accepted(a_report(people=99, backfill=True))

    assert (event.severity, event.proposed_severity, event.triage) == ("severity/1:ordinary", None, ())


def test_another_system_s_references_are_refused_where_they_are_a_person_s_number():
    asked = a_submitted_action(actor=Actor(ref="13800138000"), reference="620522197001011234")

    with pytest.raises(NotAccepted) as caught:
        check_opaque(asked, "/hotline/13900139000")

    assert (caught.value.kind, [name for name, _ in caught.value.fields]) == (
        "personal-data", ["actor.ref", "reference", "ce_source"],
    )  # fmt: skip
    assert "138" not in str(caught.value)


def test_the_sender_s_own_name_of_a_report_may_be_anything_since_it_goes_nowhere():
    check_opaque(a_submitted_action(report_id="13800138000"), "/hotline")
