"""Keys of small senders: believed by their hashes alone, many at once, taken back by taking a line away."""

import hashlib
import json

import pytest

from doors.caller import Caller
from doors.identity.refusal import NotSignedIn
from doors.identity.senders import Senders, fresh, read
from doors.identity.sign_in import SignIn
from tests.doors.identity.issuing import Issuer, bearer


def a_sender(name, **changes):
    """A key, and its line in the list."""
    key, digest = fresh(name)
    line = {"id": name, "sha256": digest, "area": "620522100", "roles": ["partner-system"]}
    return key, line | changes


def senders(*lines):
    return Senders(read(json.dumps(lines)))


async def test_each_of_many_senders_is_known_by_its_key():
    made = [a_sender(f"sender-{at}") for at in range(50)]
    door = SignIn(None, senders(*(line for _, line in made)))

    for at, (key, _) in enumerate(made):
        caller = await door.caller(bearer(key))
        assert caller == Caller(f"key:sender-{at}", frozenset({"partner-system"}), "620522100", "town")


async def test_senders_keys_and_tokens_are_taken_side_by_side():
    issuer, (key, line) = Issuer(), a_sender("hotline", tier="village")
    door = issuer.sign_in(senders=read(json.dumps([line])))

    assert (await door.caller(bearer(key))).tier == "village"
    assert (await door.caller(bearer(issuer.token()))).subject == "token:u-1"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1], lambda key: key + "A", lambda key: key.swapcase(), lambda key: key.replace("hot", "cold"),
        lambda key: key.removeprefix("fqk_"), lambda key: "fqk_hotline_" + "A" * 43,
        lambda key: hashlib.sha256(key.encode()).hexdigest(), lambda key: key.replace("_", "-", 1), lambda key: "fqk_",
        lambda key: key.replace("hotline", "../hotline"),
    ],
)  # fmt: skip
async def test_what_is_almost_a_key_is_refused(spoil):
    key, line = a_sender("hotline")
    door = SignIn(None, senders(line))

    with pytest.raises(NotSignedIn):
        await door.caller(bearer(spoil(key)))


async def test_a_key_of_one_sender_is_none_of_another():
    (_, one), (key, other) = a_sender("one"), a_sender("other")
    door = SignIn(None, senders(one | {"sha256": other["sha256"]}))

    with pytest.raises(NotSignedIn):
        await door.caller(bearer(key))


def test_a_list_that_was_changed_counts_at_once_and_one_that_is_half_written_changes_nothing(tmp_path):
    (first, one), (second, two) = a_sender("one"), a_sender("two")
    file = tmp_path / "senders.json"
    file.write_text(json.dumps([one]))
    known = Senders(read(file.read_bytes()), file)
    assert known.caller(first).subject == "key:one"

    _renewed(file, json.dumps([one, two])[:-5])
    assert known.caller(first)
    _renewed(file, json.dumps([two]))

    assert known.caller(second).subject == "key:two"
    with pytest.raises(NotSignedIn):
        known.caller(first)


def test_a_list_that_cannot_be_used_any_more_is_said_once_and_nothing_of_it_is_shown(tmp_path, caplog):
    key, line = a_sender("one")
    file = tmp_path / "senders.json"
    file.write_text(json.dumps([line]))
    known = Senders(read(file.read_bytes()), file)

    _renewed(file, json.dumps([line | {"area": "62"}]))
    for _ in range(3):
        known.caller(key)

    [said] = caplog.messages
    assert "senders.json" in said
    assert "0.area" in said
    assert line["sha256"] not in said


def _renewed(file, text):
    """As an editor or an orchestrator does it: another file of the same name."""
    fresh_one = file.with_suffix(".new")
    fresh_one.write_text(text)
    fresh_one.replace(file)


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "secret"}, {"roles": ["emperor"]}, {"roles": []}, {"area": "62"}, {"id": "Two Words"},
        {"key": "fqk_"}, {"tier": "province"}, {"area": None},
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_says_where_and_shows_nothing(change):
    _, line = a_sender("hotline")

    with pytest.raises(ValueError, match=r"0\.") as caught:
        read(json.dumps([line | change]))

    assert line["sha256"] not in str(caught.value)
    assert "emperor" not in str(caught.value)


def test_an_id_stands_there_once():
    with pytest.raises(ValueError, match="twice"):
        senders(a_sender("one")[1], a_sender("one")[1])


def test_a_key_has_256_random_bits_and_only_its_hash_is_kept():
    made = {fresh("one") for _ in range(100)}

    assert len(made) == 100
    for key, digest in made:
        assert len(key) == len("fqk_one_") + 43
        assert hashlib.sha256(key.encode()).hexdigest() == digest
