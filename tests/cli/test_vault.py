"""What can be said of vaults, erasures and audits before any database is asked."""

import base64

import pytest
from click.testing import CliRunner

from cli.__main__ import fengqiao
from cli.erase import _remains
from cli.vault import escaped, told_of
from services.intake.envelope import key_id
from services.intake.keys_store import Under
from services.intake.settings import ring_of
from services.intake.vault import Vault

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
INCIDENT = "5b0f0c3e-7f39-5a51-8c0e-9a4f2f6c1d10"


def run(*words):
    return CliRunner().invoke(fengqiao, list(map(str, words)))


def test_a_new_key_stands_before_the_others_and_no_key_is_printed(tmp_path):
    file = tmp_path / "ring"
    file.write_bytes(OLD)

    first, second = run("vault", "new-key", file), run("vault", "new-key", file)

    ring = ring_of(file.read_bytes())
    assert (len(ring), ring[-1], len(set(ring))) == (3, OLD, 3)
    assert key_id(ring[0]) in second.output
    assert file.stat().st_mode & 0o777 == 0o600
    said = first.output + second.output
    assert not any(shown in said for one in ring for shown in (one.hex(), base64.b64encode(one).decode()))


def test_a_ring_that_cannot_be_read_is_left_as_it_is(tmp_path):
    file = tmp_path / "ring"
    file.write_text("hunter2")

    answer = run("vault", "new-key", file)

    assert answer.exit_code != 0
    assert file.read_text() == "hunter2"
    assert "hunter2" not in str(answer.output) + str(answer.exception)


@pytest.mark.parametrize(
    ("under", "good", "said"),
    [
        ({key_id(NEW): Under(3, 3, 0)}, True, "may be removed"),
        ({key_id(NEW): Under(3, 3, 0), key_id(OLD): Under(1, 0, 0)}, False, "vault rotate"),
        ({key_id(NEW): Under(3, 3, 2)}, False, "may be removed"),
        ({"f00d": Under(0, 0, 1)}, False, "MISSING"),
        ({}, True, "may be removed"),
    ],
)
def test_a_key_may_be_removed_when_nothing_is_under_it(under, good, said):
    lines, verdict = told_of("village-intake", Vault(NEW, OLD).ring, under)

    assert verdict is good
    assert said in "\n".join(lines)


def test_a_key_with_something_under_it_may_not_be_removed():
    lines, _ = told_of("village-intake", Vault(NEW, OLD).ring, {key_id(OLD): Under(0, 1, 0)})

    assert "may be removed" not in "\n".join(lines)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["erase", INCIDENT, "--reason", "whim"], "accepted: mistake"),
        (["erase", INCIDENT], "--reason"),
        (["audit", "verify", "--head", "12"], "NUMBER:HASH"),
        (["vault", "show", INCIDENT, "--purpose", "contact"], "--field"),
        (["vault", "keys", "--dsn", "postgresql://a@b/c"], "--key-file"),
        (["vault", "rotate", "--key-file", "/nowhere/ring"], "cannot be read"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_done(words, says):
    answer = run(*words)

    assert answer.exit_code != 0
    assert says in answer.output + str(answer.exception)


def test_what_an_erasure_leaves_is_said_whole(capsys):
    _remains({"f00d": 2})

    said = capsys.readouterr().out
    assert all(
        one in said for one in ("other matters", "dead letters", "2 erasures are final once the key f00d")
    )


def test_what_was_told_moves_no_cursor_and_colours_no_terminal():
    assert escaped("红\x1b[31m色\n第二行\u202e") == "红\\x1b[31m色\\n第二行\\u202e"


def test_sealed_dead_letters_are_counted_and_keep_their_key_in_the_ring():
    whole = {key_id(NEW): Under(2, 3, 1, 4)}
    lines, _ = told_of("village-intake", Vault(NEW, OLD).ring, whole)
    _, good = told_of("village-intake", Vault(NEW, OLD).ring, {key_id(OLD): Under(0, 0, 0, 1)})

    assert "2 data keys, 3 house keys, 4 sealed dead letters, 1 rows directly" in lines[0]
    assert not good
