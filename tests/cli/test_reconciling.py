"""What `fengqiao reconcile` judges and says, without any database."""

import json

import pytest

from cli.databases import variable
from cli.houses import House, house
from cli.reconcile import as_machine, tell
from cli.reconciling.findings import SHOWN, Finding, Suspicion, findings, lasting
from cli.reconciling.judged import Held, Seen, fits, one_owner
from cli.reconciling.rules import RULES, mend
from deploy.local.plan import PROJECT, StackError
from messaging.broker import Broker


def held(owner, status="accepted", attempt=1):
    return Held(status, owner, attempt, "12:00:00")


def seen(attempt=1, status="done", outcome="satisfied", at_round=1):
    return Seen(attempt, status, outcome, at_round, "12:00:00")


@pytest.mark.parametrize(
    ("holders", "good"),
    [
        ({"village": held("village")}, True),
        ({"village": held("town", "handed-over"), "town": held("town")}, True),
        ({"village": held("village"), "town": held("town")}, False),
        ({"village": held("town", "handed-over")}, False),
        ({"village": held("village", "handed-over"), "town": held("town")}, False),
        ({"village": held("town", "accepted"), "town": held("town")}, False),
    ],
)
def test_exactly_one_tier_owns_and_all_others_have_handed_over(holders, good):
    assert one_owner(holders) is good


@pytest.mark.parametrize(
    ("incident", "revisits", "good"),
    [
        (held("village"), {}, True),
        (held("village"), {"village": seen()}, False),
        (held("village", attempt=2), {"village": seen(1, "done", "relapse")}, True),
        (held("village", attempt=2), {"town": seen(1, "done", "relapse")}, True),
        (held("village", attempt=2), {}, False),
        (held("village", "resolved"), {"village": seen(1, "due", None)}, True),
        (held("village", "resolved"), {}, False),
        (held("village", "resolved", 2), {"village": seen(1, "due", None)}, False),
        (held("village", "closed"), {"village": seen()}, True),
        (held("village", "closed"), {"village": seen(outcome="unheard")}, True),
        (held("village", "closed"), {"village": seen(1, "due", None, 2)}, True),
        (held("village", "closed"), {"village": seen(1, "due", None)}, False),
        (held("village", "closed"), {}, False),
    ],
)
def test_the_revisit_is_the_one_the_state_asks_for(incident, revisits, good):
    assert fits("village", incident, revisits) is good


def test_what_has_moved_between_two_looks_is_no_finding():
    stuck = Suspicion("behind", "village.routing > village-metrics", "a", "applied up to 3")
    moving = stuck._replace(key="b")

    last = lasting([stuck, moving], [stuck, moving._replace(stands="applied up to 4")])

    assert last == [stuck]


def test_suspicions_are_counted_by_rule_and_place_with_the_first_examples():
    found = findings(
        Suspicion("held", "town-routing", f"town.intake k/{seq}", "") for seq in range(SHOWN + 2)
    )

    assert found == [
        Finding("held", "town-routing", SHOWN + 2, tuple(f"town.intake k/{seq}" for seq in range(SHOWN)))
    ]


@pytest.mark.parametrize(
    ("rule", "where", "step"),
    [
        ("missing-on-topic", "village-routing", "fengqiao replay --service routing --tier village"),
        ("behind", "town.handoff > county-routing", "fengqiao replay --service routing --tier town"),
        ("copies", "village.metrics > county-metrics", "fengqiao replay --service metrics --tier village"),
        ("dead-letter", "county-intake", "fengqiao dead-letters list --service intake --tier county"),
        ("figures", "town-metrics", "fengqiao metrics rebuild --tier town"),
        ("ahead", "village.routing > village-followup", "fengqiao recover --service routing --tier village"),
    ],
)
def test_each_finding_names_the_next_step_at_the_place_that_is_wrong(rule, where, step):
    assert mend(rule, where).startswith(step)


def test_every_next_step_that_leads_to_a_document_leads_to_a_heading_of_it():
    headings = {
        line.strip("# \n").lower().replace(" ", "-").replace(",", "")
        for line in (PROJECT / "docs/operate/reconcile.md").read_text().splitlines()
        if line.startswith("#")
    }

    places = {one for rule in RULES for one in mend(rule, "village-routing").split() if "#" in one[1:]}

    assert places
    assert {one.partition("#")[2] for one in places} <= headings


def test_nothing_is_printed_when_all_is_well(capsys):
    tell([])

    assert capsys.readouterr().out == ""
    assert json.loads(as_machine([])) == {"findings": []}


def test_a_finding_is_told_with_its_count_and_examples_chinese_first(capsys):
    tell([Finding("held", "town-routing", 7, ("a", "b"))])

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "town-routing: 事件在等待前面的事件 events wait for those before them: 7"
    assert said[1:4] == ["    a", "    b", "    … 5 more 其余"]
    assert said[4].startswith("    下一步 next: fengqiao dead-letters list")


def test_databases_named_by_the_environment_are_the_house(monkeypatch):
    monkeypatch.setenv("FENGQIAO_DSN_TOWN_INTAKE", "postgresql://u@h/one")
    monkeypatch.setenv("FENGQIAO_DSN_VILLAGE_ROUTING", "postgresql://u@h/two")

    found = house(PROJECT, "village", Broker("h:1"), PROJECT / "policy" / "default.yaml")

    assert isinstance(found, House)
    assert [(whose, place.dsn) for whose, place in found.places.items()] == [
        (("village", "routing"), "postgresql://u@h/two")
    ]
    assert not found.whole


def test_what_is_no_address_is_refused_under_its_name_without_being_repeated(monkeypatch):
    monkeypatch.setenv(variable("town", "intake"), "secret")

    with pytest.raises(StackError, match="FENGQIAO_DSN_TOWN_INTAKE: must be") as refused:
        house(PROJECT, None, Broker("h:1"), PROJECT / "policy" / "default.yaml")

    assert "secret" not in str(refused.value)


def test_a_house_elsewhere_is_named_whole(tmp_path):
    with pytest.raises(StackError, match="--kafka, --policy"):
        house(tmp_path, None, Broker("h:1"), None)
