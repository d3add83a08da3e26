"""``fengqiao policy explain``: which rule decided what of an incident, with the rule as its policy file has it."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import httpx

from cli.checks import policy
from cli.door import NO_DOOR, asking, said, signed, twice
from cli.files import FOLDER
from cli.stack import data_option
from deploy.local.plan import PROJECT, StackError
from deploy.local.stack import Stack
from policy.quoted import Policyfile, in_folder, place_of
from schemas.base import SYSTEM, TIERS
from services.routing.words import EVENTS
from services.routing.words import TIERS as TIER_WORDS

PATIENCE_S = 10.0
PROPOSED = re.compile(r"\S+/\d+ triage\.\S+")
"""The rules that proposed a severity, as the first line of a history names them."""
BY_ITSELF = "—— 系统自动记录 by the system (at a date somebody had set, or recorded before rules were)"
MEANS: dict[str, tuple[str, str]] = {
    "severities": ("本地严重程度归类", "as what a severity of the locality's own is dealt with"),
    "outcomes": ("本地化解结果归类", "as what an outcome of the locality's own counts"),
    "first_tier": ("按严重程度确定首办层级", "severity decides the first tier"),
    "clocks": ("环节期限", "how long the step may take"),
    "missed": ("逾期怎么办", "what a missed deadline does"),
    "skips": ("允许越级", "past a tier is allowed"),
    "pauses": ("允许挂起或延期的事由", "reasons for which a clock may stand or run longer"),
    "revisit": ("一事一回访", "every resolved matter is revisited"),
    "supervision": ("挂牌督办", "what is listed, and how often it is reminded of"),
    "whistle": ("吹哨", "who is called, and how fast"),
    "mediation": ("联合调解", "sessions of joint mediation"),
    "triage": ("研判", "which severity is proposed"),
    "assignment": ("指派", "who is asked to take it, and until when"),
    "referrals": ("移交和分流", "what is given out of hand, and until when it is answered"),
    "duplicates": ("合并", "what is proposed and linked as the same matter"),
    "retention": ("保存期限", "how long personal data is kept"),
}


@policy.command()
@click.argument("incident")
@data_option
@click.option("--url", help="A routing door, instead of those of the local stack.")
@click.option(
    "--policies",
    type=FOLDER,
    default=PROJECT / "policy",
    help="The folder of policy files, older versions included (default: the project's).",
)
def explain(incident: str, data: Path, url: str | None, policies: Path) -> None:
    """Show which rule decided what of an INCIDENT, in order, with the rule's text and line."""
    doors = [url] if url else _doors(data)
    with httpx.Client(timeout=PATIENCE_S, headers=signed()) as client:
        door, whole = _found(client, doors, incident)
        with asking(door):
            answer = twice(partial(client.get, f"{door}/v1/incidents/{incident}/deadlines"))
        clock = said(answer) if answer.status_code == httpx.codes.OK else {"steps": []}
    for line in told(whole, clock, in_folder(policies), policies):
        click.echo(line)


def _doors(data: Path) -> list[str]:
    """The routing doors of the running stack, village first."""
    stack = Stack(data)
    running = stack.programs()
    doors = [stack.url(f"{tier}-routing") for tier in TIERS if f"{tier}-routing" in running]
    if not doors:
        raise StackError(f"no routing service runs in {stack.data}; start it (fengqiao up), or name a --url")
    return doors


def _found(client: httpx.Client, doors: list[str], incident: str) -> tuple[str, dict[str, Any]]:
    """The incident as its owner tells it; else as the tier tells it that knows most of it."""
    known: list[tuple[str, dict[str, Any]]] = []
    silent = []
    for door in doors:
        try:
            answer = twice(partial(client.get, f"{door}/v1/incidents/{incident}"))
        except NO_DOOR as error:
            silent.append(f"{door}: {type(error).__name__}")
            continue
        if answer.status_code == httpx.codes.OK:
            known.append((door, said(answer)))
        elif answer.status_code not in {httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY}:
            silent.append(f"{door}: {answer.status_code}")
    if known:
        return max(known, key=lambda one: (one[1]["owner"] == one[1]["tier"], len(one[1]["history"])))
    if silent:
        raise click.ClickException("这些地址没有答复 these doors do not answer: " + ", ".join(silent))
    raise click.ClickException(f"没有这个事件 no such incident: {incident}")


def told(
    whole: Mapping[str, Any], clock: Mapping[str, Any], files: Mapping[str, Policyfile], folder: Path
) -> Iterator[str]:
    """The explanation, line by line."""
    yield f"事件 incident {whole['incident_id']} · 规则版本 policy {whole['policy']}"
    for number, line in enumerate(whole["history"], 1):
        at = datetime.fromisoformat(line["recorded_at"]).astimezone()
        what, where = _said(EVENTS, line["event"]), _said(TIER_WORDS, line["tier"])
        detail = f" · {line['detail']}" if line.get("detail") else ""
        yield f"{number:3}. {at:%Y-%m-%d %H:%M:%S} {where} · {what}{detail}"
        for rule in PROPOSED.findall(detail):
            yield f"     {rule_told(rule, files, folder)}"
        by_itself = line.get("rule") is None and line["actor"] == SYSTEM.model_dump()
        yield f"     {BY_ITSELF if by_itself else rule_told(line.get('rule'), files, folder)}"
    if clock["steps"]:
        yield "当前期限 the present clock"
    for step in clock["steps"]:
        yield f"     {step['zh']} · {step['en']}"
    for wait in filter(None, (*clock.get("waits", ()), clock.get("awaiting"))):
        yield "等待 waited for"
        yield from (f"     {step['zh']} · {step['en']}" for step in wait["steps"])


def rule_told(rule: str | None, files: Mapping[str, Policyfile], folder: Path) -> str:
    """A rule with what it says and where; or that somebody decided freely."""
    if rule is None:
        return "—— 人工决定，不依规则 decided by a person, under no rule (or recorded before rules were)"
    version, place = place_of(rule)
    means = _said(MEANS, str(place[0])) if place and place[0] in MEANS else ""
    if version not in files:
        return f"=> {rule}  {means}（此版本不在 this version is not in {folder}）"
    quote = files[version].quote(place)
    text = quote.text or "（文件未写，按默认 not in the file: the default holds）"
    return f"=> {rule}  {means}  {quote.path}:{quote.line}: {text}"


def _said(words: Mapping[str, tuple[str, str]], word: str) -> str:
    return " ".join(words[word]) if word in words else word


COMMANDS: tuple[click.Command, ...] = ()
"""None of its own: `explain` is a part of `policy`."""
