"""What a browser makes of the policies: the board and the page of a door's document work, and no text is a script."""

import asyncio
import threading

import pytest
from playwright.sync_api import Error

from messaging.web import serve
from tests.services.doors import compose

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def door():
    """The address of metrics' door over no database: its pages need none."""
    found, ready = [], threading.Event()

    async def serving():
        stop = asyncio.Event()
        async with serve(compose("metrics"), "127.0.0.1", 0) as port:
            found.extend((port, asyncio.get_running_loop(), stop))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serving()))
    thread.start()
    assert ready.wait(60)
    port, loop, stop = found
    yield f"http://127.0.0.1:{port}"
    loop.call_soon_threadsafe(stop.set)
    thread.join()


@pytest.fixture
def page(browser):
    """A page, and what the browser refused to it."""
    opened, refused = browser.new_page(), []
    opened.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    opened.on("pageerror", lambda error: refused.append(str(error)))
    yield opened, refused
    opened.close()


def test_the_page_of_the_document_starts_and_nothing_of_it_is_refused(page, door):
    opened, refused = page

    opened.goto(f"{door}/docs")
    opened.locator(".opblock-summary").first.click()
    opened.locator(".opblock-body").first.wait_for()

    assert refused == []


def test_the_board_starts_and_nothing_of_it_is_refused(page, door):
    opened, refused = page

    opened.goto(f"{door}/")
    opened.locator("#banner-figures").wait_for()  # it has asked, and there are no figures

    assert refused == []


def test_no_text_becomes_a_piece_of_the_board(page, door):
    opened, _ = page
    opened.goto(f"{door}/")

    with pytest.raises(Error, match="TrustedHTML"):
        opened.evaluate("document.body.innerHTML = '<b>x</b>'")
