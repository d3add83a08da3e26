"""Records no well-behaved system sends: what it could have sent, damaged at every layer; the same for the same seed.

From the inside out: values and names of the JSON, its text, its bytes, the envelope in either mode, headers, key.
"""

import json
import random
from functools import cache

from messaging.envelope import Record
from schemas.generate import HERE
from schemas.topics import PARTITIONS
from tests.services.intake.oddities import (
    BYTES,
    CONTENTS,
    DEPTHS,
    FIELDS,
    NAME,
    NAMES,
    TELEPHONE,
    VALUES,
    Raw,
)

TOPIC = "village.inbound"
DAMAGE = (1, 1, 1, 2, 3)
"""How many layers are damaged; with one alone what lies behind the first check is reached as well."""


class Pairs(list):
    """An object of JSON, whose names may repeat and need not be text."""


STRUCTURED = b"application/cloudevents+json"


@cache
def examples():
    """Type and body of everything another system may send, as it is documented."""
    files = sorted((HERE / "examples").glob("*.json"))
    kinds = (
        "report.submitted.v1",
        "action.submitted.v1",
        "activity.submitted.v1",
        "referral.eligible-declared.v1",
    )
    return [
        (kind, one.read_text(encoding="utf-8")) for kind in kinds for one in files if one.name.startswith(kind)
    ]  # fmt: skip


def strange(seed, at):
    """One record; `at` says which, and where in its partition it lies."""
    dice = random.Random(f"{seed}/{at}")
    kind, text = examples()[0] if dice.random() < 0.3 else dice.choice(examples())
    body = _readable(json.loads(text.replace('"2026-', '"2025-'), object_pairs_hook=Pairs), kind)
    layers = set(
        dice.choices((_in_values, _in_text, _in_headers, _in_key), (6, 2, 4, 1), k=dice.choice(DAMAGE))
    )
    sender = {"specversion": "1.0", "id": f"{seed}-{at}", "source": "/hotline/strange", "type": kind}
    structured = dice.random() < 0.35
    if structured:
        body = Pairs([*sender.items(), ("data", body)])
    for _ in range(dice.choice(DAMAGE) if _in_values in layers else 0):
        _in_values(dice, body)
    value = written(body, dice.random() < 0.5).encode("utf-8", "surrogatepass")
    value = _in_text(dice, value) if _in_text in layers else value
    headers = [("content-type", STRUCTURED)] if structured else _binary(sender)
    headers = _in_headers(dice, headers) if _in_headers in layers else headers
    key = _in_key(dice) if _in_key in layers else f"{seed}-{at}".encode()
    return Record(TOPIC, at % PARTITIONS, at // PARTITIONS, key, tuple(headers), value)


def _binary(sender):
    named = [(f"ce_{name}", said.encode()) for name, said in sender.items()]
    return [*named, ("content-type", b"application/json")]


def _readable(body, kind):
    """An example as this county's village would say it; a year ago, so that nothing becomes of today meanwhile."""
    area = "620522" if kind.startswith("referral") else "620522101203"
    return Pairs((name, area if name == "area" else said) for name, said in body)


def written(value, ascii_only):
    """The JSON of a value."""
    match value:
        case Raw():
            return str(value)
        case Pairs():
            said = (f"{json.dumps(name)}:{written(one, ascii_only)}" for name, one in value)
            return "{" + ",".join(said) + "}"
        case list():
            return "[" + ",".join(written(one, ascii_only) for one in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=ascii_only)


def _in_values(dice, body):
    """Changes one place, however deep."""
    inside = _somewhere(dice, body)
    at = dice.randrange(len(inside)) if inside else 0
    match dice.randrange(8):
        case 0 if inside:
            del inside[at]
        case 1 if isinstance(inside, Pairs):
            inside.insert(at, (dice.choice(FIELDS), _value(dice)))
        case 2 if inside and isinstance(inside, Pairs):
            inside.append((inside[at][0], _value(dice)))
        case 3 if inside and isinstance(inside, Pairs):
            name, said = inside[at]
            inside[at] = (dice.choice((name.upper(), name + " ", "\x00" + name, dice.choice(FIELDS))), said)
        case 4 if inside and isinstance(inside, list) and not isinstance(inside, Pairs):
            inside.extend(inside * dice.choice((1, 30, 900)))
        case _ if inside:
            said = _value(dice)
            inside[at] = (inside[at][0], said) if isinstance(inside, Pairs) else said
        case _:
            inside.append(("a", _value(dice)) if isinstance(inside, Pairs) else _value(dice))


def _somewhere(dice, body):
    inside = body
    while True:
        held = [one[1] if isinstance(inside, Pairs) else one for one in inside]
        deeper = [one for one in held if isinstance(one, list)]
        if not deeper or dice.random() < 0.4:
            return inside
        inside = dice.choice(deeper)


def _value(dice):
    if dice.random() < 0.06:
        depth, (begin, end) = dice.choice(DEPTHS), dice.choice((("[", "]"), ('{"a":', "}"), ("[", "")))
        return Raw(begin * depth + (end and "0" + end * depth))
    return dice.choice(dice.choice(VALUES))


def _in_text(dice, value):
    """Changes the bytes of a body."""
    at = dice.randrange(len(value) + 1)
    match dice.randrange(12):
        case 0:
            return None
        case 1:
            return value[:at]
        case 2:
            return value + dice.choice((b"}", b"\x00", b"\n\n", b" " * 60_000, b"null", value))
        case 3:
            return value.decode("utf-8", "replace").encode(
                dice.choice(("utf-16", "utf-32", "utf-8-sig", "gb18030"))
            )
        case 4:
            return value[:at] + dice.choice(BYTES) + value[at:]
        case 5:
            return value + b" " * (65_536 - len(value) + dice.choice((-1, 0, 1, 200_000)))
        case 6:
            return dice.choice(
                (b"", b"null", b"0", b'"a"', b"[]", b"{}", b"\xef\xbb\xbf", b"NaN", b"[" * 65_000)
            )
        case 7:
            return dice.randbytes(dice.choice((1, 20, 300)))
        case _:
            changed = bytearray(value or b"{}")
            for _ in range(dice.randint(1, 4)):
                changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
            return bytes(changed)


def _in_headers(dice, headers):
    """Changes, repeats, empties or leaves out a few."""
    changed = list(headers)
    for _ in range(dice.choice(DAMAGE)):
        at, said = dice.randrange(len(changed) + 1), dice.choice((None, *BYTES))
        match dice.randrange(7):
            case 0:
                del changed[at:]
            case 1:
                changed.insert(at, (dice.choice(NAMES), said))
            case 2 if changed:
                changed.append((dice.choice(changed)[0], said))
            case 3:
                changed = [
                    (name, None if name == f"ce_{dice.choice(('id', 'type'))}" else one)
                    for name, one in changed
                ]
            case 4:
                changed = [one for one in changed if one[0] != "content-type"] + [
                    ("content-type", dice.choice(CONTENTS))
                ]
            case 5:
                changed += [("x", (said or b"")[:300])] * dice.choice((2, 300))
            case _ if changed:
                changed[at - 1] = (changed[at - 1][0], said)
            case _:
                changed.append((dice.choice(NAMES), said))
    return changed


def _in_key(dice):
    return dice.choice(
        (None, b"", b"\xff\xfe", b"\x00", NAME.encode(), TELEPHONE.encode(), b"k" * 30_000, b"same")
    )
