"""Which rule decided what: in order, Chinese first, with the rule's own text and line; and good errors."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from cli.explain import MEANS
from deploy.local.plan import PROJECT
from policy.model import Policy
from schemas.base import SYSTEM
from tests.builders import INCIDENT

DEFAULT = PROJECT / "policy" / "default.yaml"
VERSION = next(
    line.partition(": ")[2]
    for line in DEFAULT.read_text(encoding="utf-8").splitlines()
    if line.startswith("version")
)


def a_line(event, rule, **changes):
    return {
        "event": event, "tier": "village", "occurred_at": "2026-09-14T01:00:00Z",
        "recorded_at": "2026-09-14T01:20:00Z", "actor": {"role": "officer", "ref": "o-1"}, "detail": None,
        "rule": rule,
    } | changes  # fmt: skip


WHOLE = {
    "incident_id": INCIDENT, "policy": VERSION, "tier": "village", "owner": "village",
    "history": [
        a_line("incident.opened.v1", f"{VERSION} first_tier.ordinary"),
        a_line("incident.accepted.v1", f"{VERSION} clocks.village.ordinary.handle"),
        a_line("incident.assigned.v1", None, detail="o-7"),
        a_line("incident.escalated.v1", "gone/9 missed.handle"),
    ],
}  # fmt: skip
CLOCK = {"steps": [{"zh": "应于明日前办理", "en": "To handle by tomorrow"}]}
WAITS = [
    {
        "steps": [
            {"zh": "今日起算", "en": "Runs since today"},
            {"zh": "应于明日前认领", "en": "To be taken on"},
        ]
    }
]


@pytest.fixture
def knowing(door):
    """A routing door that knows one incident."""
    url, seen, answers = door
    answers += [(200, WHOLE), (200, CLOCK)]
    yield url
    assert [one[0] for one in seen] == [
        f"GET /v1/incidents/{INCIDENT}",
        f"GET /v1/incidents/{INCIDENT}/deadlines",
    ]


def explained(*arguments):
    return CliRunner().invoke(fengqiao, ["policy", "explain", *map(str, arguments)])


def test_every_line_is_told_with_its_rule_its_text_and_its_line(knowing):
    found = explained(INCIDENT, "--url", knowing)

    assert found.exit_code == 0
    lines = found.output.splitlines()
    text = DEFAULT.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(text, 1) if line.startswith("first_tier"))
    assert f"=> {VERSION} first_tier.ordinary  按严重程度确定首办层级" in lines[2]
    assert f"{DEFAULT}:{at}: ordinary: village" in lines[2]
    assert "handle: P1D" in lines[4]


def test_a_door_that_hangs_up_is_asked_once_more(door):
    url, seen, answers = door
    answers += [(None, "it hangs up"), (200, WHOLE), (None, "it hangs up"), (200, CLOCK)]

    found = explained(INCIDENT, "--url", url)

    assert (found.exit_code, len(seen)) == (0, 4)
    assert "To handle by tomorrow" in found.output


def test_whatever_else_is_waited_for_is_told_after_the_present_clock(door):
    url, _, answers = door
    answers += [(200, WHOLE), (200, CLOCK | {"waits": WAITS, "awaiting": None})]

    found = explained(INCIDENT, "--url", url).output.splitlines()

    assert found[-5:] == [
        "当前期限 the present clock",
        "     应于明日前办理 · To handle by tomorrow",
        "等待 waited for",
        "     今日起算 · Runs since today",
        "     应于明日前认领 · To be taken on",
    ]


def test_a_person_s_free_decision_is_told_as_one(knowing):
    found = explained(INCIDENT, "--url", knowing).output.splitlines()

    assert "指派承办 Assigned · o-7" in found[5]
    assert "人工决定" in found[6]


def test_what_followup_did_is_told_with_its_rule_or_as_a_person_s_or_the_system_s_own_doing(door):
    url, _, answers = door
    said = [
        a_line("revisit.visited.v1", None, detail="p1 party-role/1:applicant means/1:home"),
        a_line("revisit.overdue.v1", f"{VERSION} revisit", actor=SYSTEM.model_dump()),
        a_line("support-plan.ended.v1", None, actor=SYSTEM.model_dump(), detail="plan:1 date"),
    ]
    answers += [(200, WHOLE | {"history": said}), (200, CLOCK)]

    found = explained(INCIDENT, "--url", url).output.splitlines()

    assert "回访 Revisited · p1" in found[1]
    assert "人工决定" in found[2]
    assert f"=> {VERSION} revisit  一事一回访" in found[4]
    assert "系统自动记录 by the system" in found[6]


def test_a_version_that_is_not_at_hand_is_named_with_the_folder(knowing, tmp_path):
    found = explained(INCIDENT, "--url", knowing, "--policies", tmp_path).output

    assert found.count(str(tmp_path)) == 3
    assert "gone/9 missed.handle" in found


def test_the_present_clock_ends_it_chinese_first(knowing):
    assert explained(INCIDENT, "--url", knowing).output.splitlines()[-1].strip().startswith("应于明日前办理")


def test_what_is_overdue_ends_with_when_it_is_said_again(door):
    url, _, answers = door
    again = a_line(
        "incident.still-overdue.v1", f"{VERSION} missed.again", detail="handle 2 2026-09-14T01:25:00+0000"
    )
    waits = [
        {
            "step": "alarm",
            "steps": [{"zh": "至明日仍未办理，再次提醒", "en": "if not done by tomorrow, it is said again"}],
        }
    ]
    answers += [(200, WHOLE | {"history": [again]}), (200, CLOCK | {"waits": waits})]

    found = explained(INCIDENT, "--url", url).output.splitlines()

    assert "仍超期，再次提醒 Still overdue, said again · handle 2 2026-09-14" in found[1]
    assert "逾期怎么办" in found[2]
    assert found[2].endswith(": again: 1 working day")
    assert found[-1].strip().startswith("至明日仍未办理，再次提醒 · if not done")


def test_the_rule_that_proposed_the_severity_is_quoted_with_its_reason(door):
    url, _, answers = door
    opened = a_line(
        "incident.opened.v1", f"{VERSION} first_tier.major", detail=f"{VERSION} triage.collective"
    )
    answers += [(200, WHOLE | {"history": [opened]}), (200, CLOCK)]

    found = explained(INCIDENT, "--url", url).output.splitlines()

    assert f"=> {VERSION} triage.collective  研判" in found[2]
    assert "because: 涉及三十人以上" in found[2]
    assert f"=> {VERSION} first_tier.major" in found[3]


def test_whatever_may_decide_something_of_an_incident_is_called_by_its_name():
    never_decide = {"version", "time_zone", "calendar", "support", "flags", "unusual"}

    assert set(MEANS) == set(Policy.model_fields) - never_decide


def test_an_unknown_incident_is_one_sentence(door):
    url, _, answers = door
    answers.append((404, {}))

    found = explained("0199f2c4-0000-7c58-9d0e-3b6f5a1c8e21", "--url", url)

    assert found.exit_code == 1
    assert "没有这个事件 no such incident" in found.output
    assert "Traceback" not in found.output


def test_a_door_that_does_not_answer_is_named():
    found = explained(INCIDENT, "--url", "http://127.0.0.1:9")

    assert found.exit_code == 1
    assert "http://127.0.0.1:9: ConnectError" in found.output


def test_without_a_stack_it_says_what_to_do(tmp_path):
    found = explained(INCIDENT, "--data", tmp_path)

    assert found.exit_code == 1
    assert "name a --url" in str(found.exception)
