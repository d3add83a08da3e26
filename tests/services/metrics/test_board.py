"""The board needs no other host and no build step: what it asks for is served here, in two languages."""

import re

import httpx
import pytest

from messaging.database import Database
from policy.load import areas
from schemas.codes import load
from services.metrics.api import BOARD, api
from services.metrics.catalogue import catalogue
from services.metrics.naming import Naming
from services.metrics.stream import STALE_S, Hub, as_seen
from tests.builders import ROOT
from tests.documented import Documented

NAMESPACE = "http://www.w3.org/2000/svg"
FILES = sorted(path for path in BOARD.iterdir() if path.is_file())
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".js"}
PAGE = (BOARD / "index.html").read_text(encoding="utf-8")
SAID = SCRIPTS["words_page.js"] + SCRIPTS["words_figures.js"]
WORDS = re.findall(r'^  "?([\w.@-]+)"?: \[\s*"(.*?)",\s*"(.*?)",?\s*\],$', SAID, re.MULTILINE | re.DOTALL)


@pytest.fixture
async def door():
    database = Database("postgresql://nobody@nowhere/nothing", name="board")
    naming = Naming(areas(ROOT / "policy" / "areas-620522.csv"), load())
    app = api(database, Hub(database), naming, "county")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://board") as client:
        yield client


async def test_the_page_and_every_file_it_asks_for_are_served_by_the_door_itself(door):
    page = await door.get("/")
    asked = re.findall(r'(?:src|href)="(board/[^"]+)"', page.text)
    asked += [f"board/{name}" for text in SCRIPTS.values() for name in re.findall(r'from "\./([^"]+)"', text)]

    assert (page.status_code, page.text) == (200, PAGE)
    assert {"board/main.js", "board/board.css", "board/words.js", "board/stream.js"} <= set(asked)
    for path in set(asked):
        assert (await door.get(f"/{path}")).status_code == 200, path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_of_the_board_names_another_host(path):
    assert not re.search(r"(?:https?:)?//[\w-]+\.\w", path.read_text(encoding="utf-8").replace(NAMESPACE, ""))


async def test_a_browser_is_told_to_load_nothing_from_elsewhere(door):
    policy = (await door.get("/")).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_a_stream_that_cannot_begin_is_a_problem_and_no_stream(door):
    answer = await door.get("/v1/metrics/stream")

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:fengqiao:problem:unavailable")
    assert answer.headers["retry-after"]


@pytest.mark.parametrize(("blind_s", "stale"), [(0.0, [False, True]), (STALE_S + 1, [True, True])])
def test_a_tier_is_stale_when_it_is_silent_and_when_nobody_can_look(blind_s, stale):
    found = {"village": {"as_of": "x", "stale": False}, "town": {"as_of": "y", "stale": True}}

    assert [one["stale"] for one in as_seen(found, blind_s).values()] == stale


def test_the_page_is_chinese_until_somebody_asks_for_english():
    assert '<html lang="zh-CN"' in PAGE
    assert PAGE.index('data-lang="zh"') < PAGE.index('data-lang="en"')


def test_every_word_has_a_chinese_and_an_english_side_with_the_same_slots():
    assert len(WORDS) == SAID.count(": [") > 100
    for key, zh, en in WORDS:
        assert sorted(re.findall(r"{\w+}", zh)) == sorted(re.findall(r"{\w+}", en)), key
        assert not re.search(r"[\u4e00-\u9fff]", en), key


def test_every_word_that_is_asked_for_is_there():
    asked = set(re.findall(r'data-t(?:-label)?="(\w+)"', PAGE))
    asked |= {key for text in SCRIPTS.values() for key in re.findall(r'\bt\("([\w.@]+)"', text)}

    assert len(asked) > 30
    assert asked <= {key for key, _, _ in WORDS}


def test_what_says_that_the_stream_stopped_or_a_tier_is_stale_has_its_place_on_the_page():
    banners = set(re.findall(r'\bbanner\("(banner-\w+)"', SCRIPTS["notices.js"]))

    assert banners == {"banner-stream", "banner-stale", "banner-figures"}
    assert banners <= set(re.findall(r'class="banner \w+" id="([\w-]+)" hidden', PAGE))
    assert {"banner_down", "banner_stale", "banner_stale_all"} <= {key for key, _, _ in WORDS}


def test_the_moment_every_figure_is_counted_under_has_its_words():
    asked = {f"by_{one.cohort.by}" for one in catalogue().definitions}

    assert asked <= {key for key, _, _ in WORDS}
