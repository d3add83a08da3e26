"""What is well and what is not, judged from what was found; each with what to do. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "wrong"]
NAMES: dict[Verdict, str] = {"ok": "好 ok", "warn": "注意 warn", "wrong": "错 wrong"}
NAMED = 8
KAFKA_VERSION = "Kafka 版本 version"
_FETCH, _METADATA = 1, 3
"""Requests by their number in Kafka's protocol."""
_WITH_RIGHTS, _OF_FOUR = 8, 4
"""The `Metadata` that tells what whoever asks may do with a topic; the oldest `Fetch` that Kafka 4 answers."""
BEHIND, FULL_WARN, FULL_WRONG = 10_000, 0.85, 0.95


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    verdict: Verdict
    what: str
    said: str
    advice: str = ""


def topics(differences: Sequence[str], count: int) -> Iterable[Line]:
    """The topics beside the table."""
    what = "主题 topics"
    if not differences:
        yield Line("ok", what, f"{count} as the table says")
    for one in differences:
        yield Line("wrong", what, one, "fengqiao topics; it mends what may be mended")


def kafka_version(address: str, spoken: Mapping[int, tuple[int, int]]) -> Line:
    """Whether a broker is new enough, by the requests it answers: it does not say what its own version is."""
    if spoken.get(_METADATA, (0, 0))[1] < _WITH_RIGHTS:
        said = f"{address} is older than Kafka 2.3: it cannot say what we may do, so that nothing can be missed in time"
        return Line("wrong", KAFKA_VERSION, said, "update it; our tests run on Kafka 4")
    if spoken.get(_FETCH, (0, 0))[0] < _OF_FOUR:
        return Line("warn", KAFKA_VERSION, f"{address} is older than 4", "our tests run on Kafka 4")
    return Line("ok", KAFKA_VERSION, "4 or newer")


def unseen(address: str) -> Line:
    """The broker answers, and a service is no more allowed than its work needs: how topics are set is not for it."""
    said = f"{address} answers, and does not show a service how topics are set"
    return Line("warn", "Kafka", said, "ask as `operator`: docs/operate/README.md#an-operators-shell")


def permissions(who: str, forbidden: Sequence[str]) -> Line:
    """What the broker forbids of what somebody's work needs."""
    what = "Kafka 权限 permissions"
    if not forbidden:
        return Line("ok", what, f"all that {who} needs")
    more = "" if len(forbidden) <= NAMED else f" and {len(forbidden) - NAMED} more"
    return Line("wrong", what, f"{who} may not {', '.join(forbidden[:NAMED])}{more}", _LISTS.format(who))


_LISTS = "if who asks is {0} by its certificate or name, its list at the broker lacks them: docs/operate/permissions.md"


def hidden(group: str) -> Line:
    """A group that whoever asks may not look at."""
    return Line("warn", f"{group} 滞后 lag", "may not be seen", "see the permissions above")


def lag(group: str, behind: int | None) -> Line:
    """How far a group is behind; None while it has never read."""
    what = f"{group} 滞后 lag"
    if behind is None:
        return Line("warn", what, "has never committed", "start the service")
    if behind > BEHIND:
        return Line(
            "warn", what, f"{behind:,} records", "more replicas, or look at its log if it does not fall"
        )
    return Line("ok", what, f"{behind:,} records")


def disk(used: float, where: str) -> Line:
    """How full a disk is, from 0 to 1."""
    verdict: Verdict = "ok" if used < FULL_WARN else "warn" if used < FULL_WRONG else "wrong"
    advice = "" if verdict == "ok" else "docs/operate: disk full; make room before PostgreSQL stops"
    return Line(verdict, f"{where} 磁盘 disk", f"{used:.0%} used", advice)


@dataclass(frozen=True, slots=True)
class Keys:
    """How many things are under which key; `opened` is None where there is nothing to be opened."""

    counts: Mapping[str, int]
    current: str
    older: Collection[str] = ()
    opened: bool | None = None


def vault(keys: Keys) -> Line:
    """Whether the ring has the keys that the vault was filled with."""
    what = "保密库 vault"
    missing = sorted({*keys.counts} - {keys.current, *keys.older})
    if missing:
        lost = sum(keys.counts[one] for one in missing)
        advice = "give intake the key it had, behind the present one: nobody can read them"
        return Line("wrong", what, f"{lost} keys or rows are under {', '.join(missing)}, not at hand", advice)
    if keys.opened is False:
        advice = "the key or the row was changed: restore the key"
        return Line("wrong", what, "the newest row does not open", advice)
    if behind := sum(keys.counts.get(one, 0) for one in keys.older):
        return Line("warn", what, f"{behind} keys or rows are under an older key", "fengqiao vault rotate")
    return Line("ok", what, f"{sum(keys.counts.values())} keys under the present key")


def worst(lines: Iterable[Line]) -> Verdict:
    """The verdict over all."""
    found = {one.verdict for one in lines}
    return "wrong" if "wrong" in found else "warn" if "warn" in found else "ok"
