"""What is well and what is not with databases, judged from what they say of themselves. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cli.doctoring.judged import BEHIND, Line, Verdict

SKEW_WARN_S, SKEW_WRONG_S = 1.0, 10.0
"""From ten seconds on another tier's figures seem to come from the future, and are believed less."""
OLDEST_POSTGRES = 160000
TRIED_POSTGRES = 180000
MUST_BE_ON = {
    "fsync": "a power cut may lose what was answered for, and leave files torn",
    "full_page_writes": "a page that was half written cannot be mended after a power cut",
}
SPARE = 0.8


@dataclass(frozen=True, slots=True)
class Server:
    """A database as its service's role sees it."""

    name: str
    address: str
    """Host and port: those with the same one share its connections."""
    version: int
    settings: Mapping[str, str]
    ahead_s: float
    """By how much its clock is ahead of this machine's, and how exactly that is known."""
    exact_s: float
    reserved: int
    lacking: Sequence[str] = field(default_factory=tuple)
    """Tables with a right the role lacks; `temporary` when it may not make those."""
    missing: Sequence[str] = field(default_factory=tuple)
    """Migrations that were not applied."""
    edited: Sequence[str] = field(default_factory=tuple)
    unsent: int = 0
    letters: int = 0
    held: int = 0


def judge(server: Server) -> list[Line]:
    """Everything about one database that does not need another."""
    return [
        *_version(server),
        *_settings(server),
        *_clock(server),
        *_schema(server),
        *_rights(server),
        *_work(server),
    ]


def _version(server: Server) -> Iterable[Line]:
    what, said = f"{server.name} PostgreSQL", f"{server.version // 10000}.{server.version % 10000}"
    if server.version < OLDEST_POSTGRES:
        yield Line("wrong", what, said, f"use {OLDEST_POSTGRES // 10000} or newer")
    elif server.version < TRIED_POSTGRES:
        yield Line("warn", what, said, f"our tests run on {TRIED_POSTGRES // 10000}")
    else:
        yield Line("ok", what, said)


def _settings(server: Server) -> Iterable[Line]:
    what = f"{server.name} 持久 durability"
    bad = [
        Line("wrong", what, f"{name} is {server.settings.get(name)}", f"set {name} = on: {why}")
        for name, why in MUST_BE_ON.items()
        if server.settings.get(name) != "on"
    ]
    if (commit := server.settings.get("synchronous_commit")) in {"off", "local"}:
        why = "a report is answered before it is durable"
        verdict: Verdict = "wrong" if commit == "off" else "warn"
        bad.append(
            Line(verdict, what, f"synchronous_commit is {commit}", f"set synchronous_commit = on: {why}")
        )
    yield from bad or [Line("ok", what, "fsync, full_page_writes, synchronous_commit")]


def _clock(server: Server) -> Iterable[Line]:
    off = max(0.0, abs(server.ahead_s) - server.exact_s)
    said = f"{server.ahead_s:+.2f} s ± {server.exact_s:.2f} s"
    yield Line(_skew(off), f"{server.name} 时钟 clock", said, "" if off < SKEW_WARN_S else _TIME)


_TIME = "run a time service (chrony) on both: deadlines and figures are told by the database's clock"


def _skew(off: float) -> Verdict:
    return "ok" if off < SKEW_WARN_S else "warn" if off < SKEW_WRONG_S else "wrong"


def apart(servers: Sequence[Server]) -> Line:
    """The clocks of all databases beside each other."""
    first = min(servers, key=lambda one: one.ahead_s)
    last = max(servers, key=lambda one: one.ahead_s)
    off = max(0.0, last.ahead_s - first.ahead_s - last.exact_s - first.exact_s)
    advice = "" if off < SKEW_WARN_S else f"{last.name} and {first.name} differ: {_TIME}"
    return Line(_skew(off), "各库时钟 clocks of all databases", f"at most {off:.2f} s apart", advice)


def _schema(server: Server) -> Iterable[Line]:
    what, service = f"{server.name} 结构 schema", server.name.partition("-")[2]
    if server.missing:
        yield Line(
            "wrong", what, f"lacks {', '.join(server.missing)}", f"python -m services.{service} migrate"
        )
    if server.edited:
        said = f"{', '.join(server.edited)} was applied with another text"
        yield Line(
            "wrong",
            what,
            said,
            "this is another release's database, or a file was edited: use the right image",
        )
    if not server.missing and not server.edited:
        yield Line("ok", what, "all migrations")


def _rights(server: Server) -> Iterable[Line]:
    what = f"{server.name} 权限 rights"
    if server.lacking:
        said = f"lacks rights on {', '.join(server.lacking)}"
        yield Line("wrong", what, said, "make the role the owner of its database and tables")
    else:
        yield Line("ok", what, "reads, writes, makes temporary tables")


def _work(server: Server) -> Iterable[Line]:
    tier, _, service = server.name.partition("-")
    place = f"--service {service} --tier {tier}"
    what = f"{server.name} 积压 backlog"
    if server.letters or server.held:
        said = f"{server.letters} dead letters, {server.held} events wait"
        yield Line("warn", what, said, f"fengqiao dead-letters list {place}")
    if server.unsent > BEHIND:
        yield Line(
            "warn",
            what,
            f"more than {BEHIND:,} events wait to be sent",
            "is Kafka reachable for the service?",
        )
    if not server.letters and not server.held and server.unsent <= BEHIND:
        yield Line("ok", what, f"{server.unsent} events wait to be sent")


def connections(servers: Sequence[Server], pools: Mapping[str, int]) -> Iterable[Line]:
    """Whether the pools of all services fit into what each server allows; `pools` are sizes by name, replicas added."""
    for address in sorted({one.address for one in servers}):
        here = [one for one in servers if one.address == address]
        wanted = sum(pools.get(one.name, 0) for one in here)
        allowed = int(here[0].settings["max_connections"]) - here[0].reserved
        said = f"{wanted} of {allowed}"
        what = f"{address} 连接 connections"
        if wanted > allowed:
            yield Line("wrong", what, said, "raise max_connections, or lower <SERVICE>_POOL_SIZE")
        elif wanted > SPARE * allowed:
            yield Line(
                "warn", what, said, "a second replica of each service will not fit: raise max_connections"
            )
        else:
            yield Line("ok", what, said)
