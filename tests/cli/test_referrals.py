"""``fengqiao referrals reconcile``: a list goes to the door as it is, and the report is told in both languages."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao

STATES = ("offered", "accepted", "returned", "succeeded", "failed", "all")
TOTALS = {
    side: dict.fromkeys(STATES, number)
    for number, side in enumerate(("theirs_before", "ours_before", "both_after"), start=7)
}
AGREED = {
    "source": "court", "month": "2026-09", "as_of": "2026-10-01T00:00:00Z", "agree": True, "totals": TOTALS,
    "theirs_not_ours": [], "ours_not_theirs": [], "state_differs": [], "month_differs": [], "duplicates": [],
}  # fmt: skip
DIFFERING = AGREED | {
    "agree": False,
    "theirs_not_ours": [{"number": "n-9", "line": 3, "state": "failed", "month": "2026-09"}],
    "ours_not_theirs": [{"number": None, "incident_id": "i", "state": "accepted", "month": "2026-09"}],
    "state_differs": [
        {"number": "n-1", "line": 2, "incident_id": "i", "theirs": "succeeded", "ours": "accepted"}
    ],
    "duplicates": [{"number": "n-2", "lines": [4, 5]}],
}


def run(path, url):
    options = ["--source", "court", "--month", "2026-09", "--url", url]
    return CliRunner().invoke(fengqiao, ["referrals", "reconcile", str(path), *options])


@pytest.mark.parametrize(("name", "kind"), [("list.csv", "text/csv"), ("list.json", "application/json")])
def test_a_list_goes_to_the_door_as_it_is(tmp_path, door, name, kind):
    url, seen, answers = door
    answers.append((200, AGREED))
    (tmp_path / name).write_text("案号,状态\n", encoding="utf-8")

    found = run(tmp_path / name, url)

    assert (found.exit_code, "一致 they agree" in found.output) == (0, True)
    [(asked, said_kind, _, body)] = seen
    assert (asked, said_kind) == ("POST /v1/referrals/reconciliations?source=court&month=2026-09", kind)
    assert body.decode() == "案号,状态\n"


def test_a_door_that_hangs_up_is_asked_once_more_and_not_for_ever(tmp_path, door):
    url, seen, answers = door
    answers += [(None, "it hangs up"), (200, AGREED), (None, ""), (None, ""), (200, AGREED)]
    (tmp_path / "list.csv").write_text("", encoding="utf-8")

    found, lost = run(tmp_path / "list.csv", url), run(tmp_path / "list.csv", url)

    assert (found.exit_code, lost.exit_code, len(seen)) == (0, 1, 4)
    assert "does not answer; try again" in str(lost.exception)


def test_every_difference_is_told_and_the_exit_code_says_so(tmp_path, door):
    url, _, answers = door
    answers.append((200, DIFFERING))
    (tmp_path / "list.csv").write_text("", encoding="utf-8")

    found = run(tmp_path / "list.csv", url)

    assert found.exit_code == 3
    for said in ("n-9", "no number", "theirs succeeded · 本级 ours accepted", "lines 4, 5", "they differ"):
        assert said in found.output
    assert all(str(number) in found.output for number in (7, 8, 9))


def test_what_the_door_refuses_is_named_by_line(tmp_path, door):
    url, _, answers = door
    errors = [{"line": 2, "field": "state", "problem": "must be one of offered"}]
    answers.append((422, {"detail": "Nothing was compared", "errors": errors}))
    path = tmp_path / "list.csv"
    path.write_text("number,state\n1,won\n", encoding="utf-8")

    found = run(path, url)

    assert found.exit_code == 1
    assert f"{path}:2: state: must be one of offered" in found.output


def test_a_door_that_does_not_answer_is_one_message(tmp_path):
    (tmp_path / "list.csv").write_text("", encoding="utf-8")

    found = run(tmp_path / "list.csv", "http://127.0.0.1:9")

    assert found.exit_code == 1
    assert "does not answer" in str(found.exception)
