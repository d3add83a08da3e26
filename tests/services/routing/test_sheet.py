"""One incident on paper: complete, in order, Chinese first, every text escaped, and nothing from elsewhere."""

import re
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Actor
from schemas.codes import load
from schemas.routing import Entry
from services.routing.api_ledger import PAPER
from services.routing.sheet import STYLE, Printer
from services.routing.words import DETAILS, EVENTS, TIERS, roles
from tests.builders import INCIDENT, NOW, an_accepted_incident, later

PRINTER = Printer(load(), ZoneInfo("Asia/Shanghai"))
EVIL = "<script>alert(1)</script>"


def an_entry(**changes):
    fields = {
        "event": "incident.resolved.v1", "tier": "village", "occurred_at": NOW, "recorded_at": later(minutes=5),
        "actor": Actor(role="mediator", ref="m-3"), "detail": "method/1:mediation outcome/1:success",
        "rule": "default/1 clocks.village.ordinary.handle",
    }  # fmt: skip
    return Entry.model_construct(**(fields | changes))


def page(*entries, **changes):
    return PRINTER.page(an_accepted_incident(history=entries, **changes), later(days=1))


class Balance(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.rows = [], 0

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.rows += tag == "tr"


def test_every_line_says_who_what_when_twice_and_under_which_rule():
    told = page(an_entry())

    assert "化解" in told
    assert "调解员" in told
    assert "<code>m-3</code>" in told
    assert "default/1 clocks.village.ordinary.handle" in told
    shown = re.findall(r"<time[^>]*>([^<]*)</time>", told)
    local = NOW.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")
    assert local in shown


def test_lines_keep_their_order_and_are_numbered():
    told = page(an_entry(event="incident.opened.v1"), an_entry(event="incident.accepted.v1"), an_entry())

    assert re.findall(r'class="number">(\d+)<', told) == ["1", "2", "3"]
    assert told.index("待接单") < told.index(">接单 <") < told.index(">化解 <")


def test_chinese_stands_before_english_everywhere():
    told = page(an_entry())

    pairs = re.findall(r'>([^<>]+) <span lang="en">([^<]*)</span>', told)
    assert len(pairs) > 20
    assert all(any(sign > "一" for sign in zh) for zh, _ in pairs)


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(actor=Actor.model_construct(role=EVIL, ref=EVIL)),
        an_entry(detail=EVIL),
        an_entry(rule=EVIL),
        an_entry(event=EVIL),
        an_entry(detail="a/1:" + EVIL),
    ],
    ids=["actor", "detail", "rule", "event", "code"],
)
def test_nothing_that_is_stored_becomes_part_of_the_page(entry):
    told = page(entry)

    assert "<script" not in told
    assert "&lt;script&gt;" in told


@pytest.mark.parametrize("field", ["category", "area", "policy", "channel", "severity"])
def test_nor_does_what_is_known_of_the_incident(field):
    assert "<script" not in page(an_entry(), **{field: EVIL})


class Elements(HTMLParser):
    """Everything of a page but its texts."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, *((name, value) for name, value in attrs if name != "datetime")))

    def handle_comment(self, data):
        self.found.append(("comment", data))

    def handle_decl(self, decl):
        self.found.append(("declaration", decl))

    handle_pi = unknown_decl = handle_comment


def elements(text):
    found = Elements()
    found.feed(text)
    found.close()
    return found.found


ANY = st.text(
    st.sampled_from("<>&\"'/!-=`; \n\u2028abscript") | st.characters(exclude_categories=("Cs",)), max_size=30
)


TOLD = {*roles(load()), *DETAILS, *EVENTS, *TIERS}
PLAIN = ANY.filter(lambda said: not TOLD & {said, *said.split()})
"""No word of ours: those are told in two languages, which is an element more."""


@given(role=PLAIN, ref=PLAIN, rule=ANY, event=PLAIN, known=ANY)
def test_whatever_is_stored_the_page_has_the_elements_it_has_of_plain_words(role, ref, rule, event, known):
    def made(role, ref, rule, event, known):
        entry = an_entry(actor=Actor.model_construct(role=role, ref=ref), rule=rule, event=event)
        return elements(page(entry, category=known, area=known, policy=known))

    assert made(role, ref, rule or "x", event, known) == made("x", "x", "x", "x", "x")


def test_the_page_is_well_formed_and_has_a_row_for_each_line():
    balance = Balance()

    balance.feed(page(*[an_entry()] * 40))

    assert balance.open == []
    assert balance.rows == 40 + 1 + 7


def test_it_needs_nothing_but_its_own_stylesheet_and_no_script():
    told = page(an_entry())

    assert re.findall(r'(?:src|href)="([^"]*)"', told) == [STYLE]
    assert "style=" not in told
    assert "<style" not in told
    assert f"/v1/incidents/{INCIDENT}/{STYLE}".count("..") == 3
    assert "url(" not in (PAPER / "sheet.css").read_text("utf-8")


def test_an_incident_without_history_is_a_sheet_as_well():
    assert "共 0 条" in page()
