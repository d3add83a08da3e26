"""One incident on paper: a page with everything that happened to it, Chinese first, nothing from elsewhere. Pure."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from schemas.codes import CodeList
from schemas.routing import Entry
from services.routing.incident import Incident
from services.routing.words import DETAILS, EVENTS, STATES, TIERS, roles

Said = tuple[str, str]
STYLE = "../../../paper/sheet.css"
"""Seen from `/v1/incidents/{id}/sheet`, also behind a prefix."""
HEADINGS: tuple[Said, ...] = (
    ("序号", "No."),
    ("层级", "tier"),
    ("事项", "what happened"),
    ("经办", "who, in which role"),
    ("发生时间", "happened at"),
    ("记录时间", "recorded at"),
    ("依据规则", "policy rule"),
)


@dataclass(frozen=True, slots=True)
class Printer:
    """How words and times are said where the sheet is printed."""

    codes: dict[str, CodeList]
    zone: ZoneInfo

    def page(self, incident: Incident, now: datetime) -> str:
        """The whole page, with every text escaped."""
        lines = "".join(self._line(at, one) for at, one in enumerate(incident.history, 1))
        heads = "".join(f'<th scope="col">{_said(one)}</th>' for one in HEADINGS)
        return f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>事件台账 {escape(incident.incident_id)}</title>
<link rel="stylesheet" href="{STYLE}">
</head>
<body>
<header><h1>事件台账</h1><p lang="en">Incident ledger</p></header>
<table class="facts"><tbody>{self._facts(incident)}</tbody></table>
<h2>办理过程 <span lang="en">History</span></h2>
<table class="history"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>
<div class="hands"><div>经办人 <span lang="en">handled by</span></div><div>负责人 <span lang="en">in charge</span></div>
<div>日期 <span lang="en">date</span></div></div>
<footer>打印时间 {self._time(now)} <span lang="en">printed</span> · 时区 {escape(self.zone.key)}
<span lang="en">time zone</span> · 共 {len(incident.history)} 条 <span lang="en">lines</span></footer>
</body>
</html>
"""

    def _facts(self, incident: Incident) -> str:
        """What it is, two facts a row."""
        tier, owner = TIERS[incident.tier], TIERS[incident.owner]
        facts = [
            (("事件编号", "incident"), f"<code>{escape(incident.incident_id)}</code>"),
            (("区划代码", "area"), f"<code>{escape(incident.area)}</code>"),
            (("事项类别", "category"), self._code(incident.category)),
            (("来源渠道", "channel"), self._code(incident.channel)),
            (("严重程度", "severity"), self._code(incident.severity)),
            (("当前状态", "status"), _said(STATES.get(incident.status, (incident.status, "")))),
            (("制表层级", "tier of this sheet"), _said(tier)),
            (("当前归属", "owner"), _said(owner)),
            (("受理时间", "reported at"), self._time(incident.reported_at)),
            (("接单时间", "accepted at"), self._time(incident.accepted_at)),
            (("办理期限", "to be handled by"), self._time(incident.handle_by)),
            (("化解时间", "resolved at"), self._time(incident.resolved_at)),
            (("第几次办理", "attempt"), str(incident.attempt)),
            (("规则版本", "policy"), f"<code>{escape(incident.policy)}</code>"),
        ]
        cells = [f'<th scope="row">{_said(name)}</th><td>{value}</td>' for name, value in facts]
        return "".join(f"<tr>{one}{two}</tr>" for one, two in zip(cells[::2], cells[1::2], strict=True))

    def _line(self, number: int, entry: Entry) -> str:
        detail = "".join(f"<div>{self._word(one)}</div>" for one in (entry.detail or "").split())
        rule = f"<code>{escape(entry.rule)}</code>" if entry.rule else "—"
        who = f"{self._word(entry.actor.role)}<code>{escape(entry.actor.ref)}</code>"
        cells = (
            _said(TIERS[entry.tier]),
            _said(EVENTS.get(entry.event, (entry.event, ""))) + detail,
            who,
            self._time(entry.occurred_at),
            self._time(entry.recorded_at),
            rule,
        )
        return f'<tr><td class="number">{number}</td>' + "".join(f"<td>{one}</td>" for one in cells) + "</tr>"

    def _word(self, word: str) -> str:
        """A word of ours or a code, said; anything else as it stands."""
        said = (roles(self.codes) | DETAILS | TIERS).get(word)
        return self._code(word) if said is None else _said(said)

    def _code(self, code: str) -> str:
        name, _, bare = code.rpartition(":")
        known = self.codes[name].codes if name in self.codes else {}
        return _said(known[bare]) if bare in known else f"<code>{escape(code)}</code>"

    def _time(self, moment: datetime | None) -> str:
        if moment is None:
            return "—"
        there = moment.astimezone(self.zone)
        return f'<time datetime="{there.isoformat()}">{there:%Y-%m-%d %H:%M}</time>'


def _said(words: Said) -> str:
    zh, en = words
    return f'{escape(zh)} <span lang="en">{escape(en)}</span>' if en else escape(zh)
