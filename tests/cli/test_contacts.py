"""``fengqiao contacts``: a file is judged here before it is sent, and what the door refuses is named by line."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from deploy.local.plan import PROJECT

HEAD = "reference,kind,role,area,valid_from,valid_until\n"
GOOD = HEAD + "o-1,person,officer,620522100001,2026-01-01,\n"


def run(*arguments):
    return CliRunner().invoke(fengqiao, ["contacts", *(str(one) for one in arguments)])


@pytest.fixture
def at_once(monkeypatch):
    """A restarting door is asked again as often as ever, but nobody waits for it in between."""
    monkeypatch.setattr("cli.contacts.WAIT_S", 0.0)


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "contacts.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_good_file_is_counted(file):
    found = run("check", file(GOOD))

    assert (found.exit_code, "good, contacts: 1" in found.output) == (0, True)


def test_every_error_is_named_with_its_line_and_field(file):
    path = file(
        GOOD + "张三,person,officer,620522100001,2026-01-01,\no-2,person,officer,6,2026-01-01,2025-01-01\n"
    )

    found = run("check", path)

    assert found.exit_code == 1
    places = [line.removeprefix(f"{path}:").split(": ")[:2] for line in found.output.splitlines()]
    assert places == [["3", "reference"], ["4", "area"], ["4", "valid_until"]]
    assert "张三" not in found.output


def test_two_officers_at_once_are_found_before_anything_is_sent(file, door):
    url, seen, _ = door
    text = GOOD + "o-2,person,officer,620522100001,2026-01-01,\n"

    found = run("import", file(text), "--tier", "village", "--url", url)

    assert (found.exit_code, seen) == (1, [])
    assert "begin on the same day" in found.output


def test_two_officers_at_once_are_good_where_the_policy_of_the_locality_says_so(file, tmp_path):
    policy = tmp_path / "policy.yaml"
    text = (PROJECT / "policy" / "default.yaml").read_text(encoding="utf-8")
    policy.write_text(text.replace("  by_hand:", "  one_each: [legal-adviser]\n  by_hand:"), encoding="utf-8")
    path = file(GOOD + "o-2,person,officer,620522100001,2026-01-01,\n")

    found = run("check", path, "--policy", policy)

    assert (found.exit_code, "good, contacts: 2" in found.output) == (0, True)


def test_a_good_file_is_sent_as_it_is_and_the_answer_shown(file, door):
    url, seen, answers = door
    answers.append((200, {"added": 1, "changed": 0, "unchanged": 0}))

    found = run("import", file(GOOD), "--tier", "town", "--url", url + "/")

    assert found.exit_code == 0
    assert "town: 1 added, 0 changed, 0 known already" in found.output
    [(asked, kind, key, body)] = seen
    assert (asked, kind, body.decode()) == ("PUT /v1/contacts", "text/csv", GOOD)
    assert key


@pytest.mark.parametrize("first", [(503, {}), (None, "it hangs up")])
def test_a_door_that_cannot_store_or_hangs_up_is_asked_again_by_the_same_name(file, door, at_once, first):
    url, seen, answers = door
    answers += [first, (200, {"added": 0, "changed": 0, "unchanged": 1})]

    found = run("import", file(GOOD), "--tier", "village", "--url", url)

    assert (found.exit_code, len(seen)) == (0, 2)
    assert seen[0] == seen[1]


def test_what_the_door_refuses_is_named_by_line(file, door):
    url, _, answers = door
    answers.append((422, {"errors": [{"line": 2, "field": "valid_from", "problem": "overlaps"}]}))
    path = file(GOOD)

    found = run("import", path, "--tier", "village", "--url", url)

    assert (found.exit_code, f"{path}:2: valid_from: overlaps" in found.output) == (1, True)


def test_a_door_that_never_can_is_given_up_after_some_tries(file, door, at_once):
    url, seen, answers = door
    answers += [(503, {})] * 9

    found = run("import", file(GOOD), "--tier", "village", "--url", url)

    assert (found.exit_code, len(seen)) == (1, 5)
    assert "nothing was imported, try again" in str(found.exception)


def test_a_door_that_is_not_there_is_one_message(file, at_once):
    found = run("import", file(GOOD), "--tier", "village", "--url", "http://127.0.0.1:1")

    assert found.exit_code == 1
    assert "does not answer" in str(found.exception)
