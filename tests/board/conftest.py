"""The board in a real browser, over the metrics services of three tiers and their broker; without one it is said."""

import time

import pytest
from playwright.sync_api import sync_playwright

from deploy.local.plan import Plan
from deploy.local.stack import Stack
from tests.board.browser import ABSENT, chromium, launched
from tests.board.matters import Matter, an_unusual_day, tell
from tests.board.page import Board


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests of a file, each with a page and a memory of its own; its loop may not outlast them."""
    if chromium() is None:
        pytest.skip(ABSENT)
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture(scope="module")
def house(browser, tmp_path_factory):
    """Metrics of the county, its towns and its villages, with nothing else that a board needs."""
    stack = Stack(tmp_path_factory.mktemp("board") / "data", Plan(services=("metrics",)))
    try:
        stack.start()
        stack.wait_ready(180)
        begun = (Matter(f"62052210{at}201") for at in range(3))
        tell(
            stack.kafka, *(one.reported().accepted().resolved().closed() for one in begun), [an_unusual_day()]
        )
        yield stack
    finally:
        stack.stop(wipe=True)


@pytest.fixture
def tells(house):
    """Tells of matters: `tells(Matter().reported().accepted())`."""
    return lambda *matters: tell(house.kafka, *matters)


@pytest.fixture
def killed(house):
    """Kills a program, and keeps its supervisor from running another in its place."""

    def kill(program):
        dead = house.kill(program)
        until = time.monotonic() + 30
        while house.pid(program) in {0, dead} and time.monotonic() < until:
            time.sleep(0.1)
        house.stop_program(program)

    return kill


@pytest.fixture
def address(house):
    """Where the county's board is."""
    return f"http://127.0.0.1:{house.port('county-metrics')}/"


@pytest.fixture
def open_board(browser, address):
    """Opens the board as somebody's screen shows it; at the end nothing may have gone wrong in it."""
    opened = []

    def opening(width=1400, height=900, theme="light", path=""):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        opened.append(Board(context, address + path))
        return opened[-1]

    yield opening
    for one in opened:
        one.close()


@pytest.fixture
def board(open_board):
    """The board on a common screen, with the first figures on it."""
    return open_board()
