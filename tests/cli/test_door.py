"""Commands that ask one door: an address that is none, and somebody else's server, are one message each."""

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from deploy.local.plan import StackError
from tests.builders import INCIDENT

RECONCILE = ("--source", "court", "--month", "2026-09")


@pytest.fixture(params=["contacts", "referrals", "policy"])
def asked(request, tmp_path):
    """Asks a door at an address by one of the commands; the message it ends with."""
    file = tmp_path / "list.csv"
    file.write_text("reference,kind,role,area,valid_from\no-1,person,officer,620522100001,2026-01-01\n")
    commands = {
        "contacts": ("contacts", "import", file, "--tier", "village"),
        "referrals": ("referrals", "reconcile", file, *RECONCILE),
        "policy": ("policy", "explain", INCIDENT),
    }

    def ask(url):
        words = [str(one) for one in (*commands[request.param], "--url", url)]
        found = CliRunner().invoke(fengqiao, words)
        assert found.exit_code == 1
        assert isinstance(found.exception, (StackError, SystemExit)), found.exception
        return found.output if isinstance(found.exception, SystemExit) else str(found.exception)

    return ask


@pytest.mark.parametrize("url", ["nonsense", "http://", "http://[::1"])
def test_an_address_that_is_none_is_one_message(asked, url):
    assert "not answer" in asked(url)


@pytest.mark.parametrize("page", ["<html>hello", "[]"])
def test_somebody_else_s_server_is_not_taken_for_a_door(asked, door, page):
    url, _, answers = door
    answers.append((200, page))

    assert "is it the right one?" in asked(url)
