"""What `fengqiao doctor` makes of what it finds: each check with a wrong setting."""

import json

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from cli.doctor import _patient, tell
from cli.doctoring import brokers, files
from cli.doctoring.judged import (
    BEHIND,
    Keys,
    Line,
    disk,
    hidden,
    kafka_version,
    lag,
    permissions,
    topics,
    unseen,
    vault,
    worst,
)
from deploy.local.plan import PROJECT
from deploy.local.ports import Record
from deploy.local.stack import Stack, StackError
from schemas.base import SERVICES, TIERS


def test_a_service_that_may_not_see_how_topics_are_set_is_not_ill():
    line = unseen("kafka:9093")

    assert line.verdict == "warn"
    assert "operator" in line.advice


@pytest.mark.parametrize(
    ("spoken", "verdict"),
    [
        ({1: (4, 17), 3: (0, 13)}, "ok"),
        ({1: (0, 16), 3: (0, 12)}, "warn"),
        ({1: (0, 11), 3: (0, 8)}, "warn"),
        ({1: (0, 10), 3: (0, 7)}, "wrong"),
        ({}, "wrong"),
    ],
    ids=["4.0", "3.9", "2.3", "2.2", "says nothing"],
)
def test_a_broker_is_old_by_the_requests_it_answers(spoken, verdict):
    line = kafka_version("kafka:9092", spoken)

    assert line.verdict == verdict
    assert bool(line.advice) == (verdict != "ok")


def test_what_the_broker_forbids_is_wrong_and_named_the_first_of_many():
    one, many = (
        permissions("village-intake", ["Write topic village.intake"]),
        permissions("operator", ["x"] * 30),
    )

    assert permissions("operator", []).verdict == "ok"
    assert (one.verdict, one.said) == ("wrong", "village-intake may not Write topic village.intake")
    assert "docs/operate/permissions.md" in one.advice
    assert many.said.endswith("and 22 more")


def test_a_group_that_may_not_be_looked_at_is_no_end():
    assert hidden("village-intake").verdict == "warn"


def test_a_topic_that_is_not_as_the_table_says_is_wrong():
    good, bad = list(topics([], 18)), list(topics(["village.intake: partitions is 1, not 12"], 18))

    assert [one.verdict for one in good] == ["ok"]
    assert [(one.verdict, "fengqiao topics" in one.advice) for one in bad] == [("wrong", True)]


@pytest.mark.parametrize(("behind", "verdict"), [(0, "ok"), (BEHIND + 1, "warn"), (None, "warn")])
def test_a_group_that_is_behind_or_never_read_is_a_warning(behind, verdict):
    assert lag("village-routing", behind).verdict == verdict


@pytest.mark.parametrize(("used", "verdict"), [(0.5, "ok"), (0.9, "warn"), (0.96, "wrong")])
def test_a_disk_that_fills_is_told_before_it_is_full(used, verdict):
    assert disk(used, "data").verdict == verdict


@pytest.mark.parametrize(
    ("keys", "opened", "verdict"),
    [({}, None, "ok"), ({"k": 3}, True, "ok"), ({"k": 3, "other": 1}, True, "wrong"), ({"k": 3}, False, "wrong")],
)  # fmt: skip
def test_a_vault_that_another_key_filled_is_wrong(keys, opened, verdict):
    assert vault(Keys(keys, "k", (), opened)).verdict == verdict


def test_a_vault_with_rows_under_an_older_key_that_is_at_hand_is_a_warning_and_says_what_to_do():
    line = vault(Keys({"k": 3, "old": 2}, "k", ("old",), opened=True))

    assert (line.verdict, line.advice) == ("warn", "fengqiao vault rotate")


def test_the_settings_of_a_service_are_judged_by_the_service_all_errors_at_once(monkeypatch):
    monkeypatch.setenv("TIER", "hamlet")
    monkeypatch.setenv("ROUTING_POSTGRES", "nowhere")
    monkeypatch.setenv("ROUTING_POLICY", str(PROJECT / "policy" / "none.yaml"))

    line, process = files.settings(("village", "routing"))

    assert (line.verdict, process) == ("wrong", None)
    assert all(one in line.said for one in ("TIER", "ROUTING_POSTGRES", "none.yaml"))


def test_good_settings_make_the_service(monkeypatch):
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("TIER", "village")
    monkeypatch.setenv("ROUTING_POSTGRES", "postgresql://u@127.0.0.1/one")

    line, process = files.settings(("village", "routing"))

    assert line.verdict == "ok"
    assert process.name == "village-routing"


@pytest.mark.parametrize(
    ("environment", "whose"),
    [
        ({"TIER": "town", "INTAKE_POSTGRES": "…"}, ("town", "intake")),
        ({"TIER": "town"}, None),
        ({"INTAKE_POSTGRES": "…"}, None),
        ({"TIER": "town", "INTAKE_POSTGRES": "…", "ROUTING_POSTGRES": "…"}, None),
    ],
)
def test_a_pod_is_known_by_its_environment(environment, whose):
    assert files.of_service(environment) == whose


def test_a_probe_tells_why_a_service_is_not_ready(door):
    url, _, answers = door
    answers.append((503, {"conditions": {"database": "ok", "consumer village-routing": "held"}}))

    line = files.probe("village-routing", url)

    assert (line.verdict, line.said) == ("wrong", "consumer village-routing: held")


def test_a_service_that_does_not_answer_is_wrong():
    assert files.probe("village-routing", "http://127.0.0.1:1/ready").verdict == "wrong"


def test_lines_are_told_with_the_next_step_beneath_what_is_not_well_and_counted(capsys):
    tell([Line("ok", "Python", "3.11"), Line("wrong", "主题 topics", "bad", "mend it")])

    assert capsys.readouterr().out.splitlines() == [
        "好 ok  Python: 3.11",
        "错 wrong  主题 topics: bad",
        "    下一步 next: mend it",
        "好 ok 1 · 注意 warn 0 · 错 wrong 1",
    ]


def test_a_database_and_a_broker_that_do_not_answer_are_lines_and_no_end(monkeypatch):
    monkeypatch.setenv("FENGQIAO_DSN_VILLAGE_ROUTING", "postgresql://u:p@127.0.0.1:1/one")
    policy = str(PROJECT / "policy" / "default.yaml")

    answer = CliRunner().invoke(fengqiao, ["doctor", "--kafka", "127.0.0.1:1", "--policy", policy, "--json"])

    said = json.loads(answer.stdout)
    assert (answer.exit_code, said["verdict"]) == (1, "wrong")
    assert {one["what"] for one in said["lines"] if one["verdict"] == "wrong"} == {
        "village-routing PostgreSQL",
        "Kafka",
    }


def test_without_anything_to_examine_it_says_so(tmp_path):
    answer = CliRunner().invoke(fengqiao, ["doctor", "--data", str(tmp_path / "none")])

    assert answer.exit_code == 2
    assert "无可检查 nothing to examine" in answer.stderr


def test_the_worst_of_all_lines_is_the_verdict():
    assert [worst([Line(one, "", "") for one in some]) for some in (["ok"], ["ok", "warn"], ["warn", "wrong"])] == [
        "ok", "warn", "wrong",
    ]  # fmt: skip


async def test_of_a_tier_that_the_county_has_not_nothing_is_asked_and_nothing_is_missing(monkeypatch):
    asked = set()

    async def refused(_, wanted):
        asked.update(one.name for one in wanted)
        return []

    async def spoken(_):
        return {}

    async def found(_, topics):
        asked.update(one.name for one in topics)
        return {}

    async def behind(_, group, names):
        asked.update({group, *names})
        return 0

    monkeypatch.setattr(brokers.rights, "refused", refused)
    monkeypatch.setattr(brokers.rights, "spoken", spoken)
    monkeypatch.setattr(brokers.cluster, "found", found)
    monkeypatch.setattr(brokers, "_behind", behind)
    whose = [(tier, service) for tier in ("village", "county") for service in SERVICES]
    asking = brokers.Asking("operator", frozenset(), files.tiers({"COUNTY_TIERS": "village, county"}))

    lines = await brokers.looked("localhost:1", 3, whose, asking)

    assert {one.partition(".")[0].partition("-")[0] for one in asked} == {"village", "county"}
    assert [one for one in lines if "town" in one.said] == []


def test_a_county_of_which_nothing_is_said_has_all_tiers_and_a_word_that_is_none_is_refused():
    assert files.tiers({}) == files.tiers({"COUNTY_TIERS": ""}) == TIERS

    with pytest.raises(StackError, match="hamlet"):
        files.tiers({"COUNTY_TIERS": "village,hamlet"})


@pytest.mark.parametrize(("signs_in", "connections"), [(False, 8), (True, 12)])
def test_doors_with_a_role_of_their_own_take_connections_of_their_own(
    tmp_path, monkeypatch, signs_in, connections
):
    Record(tmp_path).remember(
        kafka="127.0.0.1:9", postgres="postgresql://u@127.0.0.1:9/postgres", sign_in=signs_in,
        policy=str(PROJECT / "policy" / "default.yaml"), ports={"village-routing-probe": 9},
    )  # fmt: skip
    monkeypatch.setattr(Stack, "programs", lambda _: {"village-routing": None})

    assert _patient(tmp_path, None, None, None).pool == connections
