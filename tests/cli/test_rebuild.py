"""`fengqiao metrics rebuild` says what it needs before it reads anything, and afterwards what it found."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from cli.rebuild import _report
from deploy.local.plan import StackError
from services.metrics.rebuild.compared import SHOWN, Compared
from services.metrics.rebuild.recount import Found

ELSEWHERE = ("--tier", "village", "--kafka", "127.0.0.1:1", "--policy", "policy/default.yaml")


def run(*arguments):
    return CliRunner().invoke(fengqiao, ["metrics", "rebuild", *map(str, arguments)])


def found(differing):
    table = Compared("cells", 40, stood_digest="aa", counted_digest="bb" if differing else "aa")
    for number in range(differing):
        table.differs(f"closed {number}", 2, 1)
    return Found("village", 50, 30, 6, repeated=20, tables=[table])


def test_without_a_running_house_it_says_so(tmp_path):
    answer = run("--data", tmp_path / "none")

    assert isinstance(answer.exception, StackError)
    assert "fengqiao up" in str(answer.exception)


@pytest.mark.parametrize("left_out", range(0, len(ELSEWHERE), 2))
def test_another_house_is_named_whole(left_out):
    some = [one for at, one in enumerate(ELSEWHERE) if at // 2 != left_out // 2]

    answer = run(*some, "--dsn", "postgresql://u@localhost/metrics")

    assert answer.exit_code == 2
    assert "--tier, --kafka, --dsn and --policy" in answer.output


def test_what_is_no_address_of_a_database_is_refused_without_being_repeated():
    answer = run(*ELSEWHERE, "--dsn", "secret")

    assert isinstance(answer.exception, StackError)
    assert "secret" not in str(answer.exception)


def test_figures_that_stand_are_said_to_be_the_same_with_their_digest(capsys):
    _report(found(0), check=True)

    said = capsys.readouterr().out
    assert "村级 Village: 50 条记录 records, 30 个事件 events" in said
    assert "40 项一致 as they stand, sha256 aa" in said


@pytest.mark.parametrize(("check", "done"), [(True, "应更正 to be corrected"), (False, "已更正 corrected")])
def test_what_differed_is_said_with_what_stood_and_what_was_counted(capsys, check, done):
    _report(found(SHOWN + 2), check=check)

    said = capsys.readouterr().out
    assert f"{SHOWN + 2} 项不符 differed, {done}" in said
    assert "closed 9: 2 → 1" in said
    assert "closed 10" not in said
    assert "… 2 more 其余" in said
    assert "sha256 aa → bb" in said
