"""Takes the pictures of the README: a county at work for two minutes, as a wall and a telephone show it.

`python -m tests.board.picture FOLDER`
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from deploy.local.plan import PROJECT, StackError
from deploy.local.stack import Stack
from tests.board.browser import chromium, launched
from tests.board.png import packed

WORK_S = 110
SEEN_AFTER_S = 75
"""So long figures move before they are shown: the live chart then has its first minute."""
READY_S = 240
SHOWN = {"board.png": (1920, 1080), "board-phone.png": (390, 844)}


def take(folder):
    """Shows the board of a county at work, and keeps what is to be seen."""
    if chromium() is None:
        raise SystemExit("no Chromium was found; name one in FENGQIAO_BROWSER")
    with tempfile.TemporaryDirectory() as aside:
        data = Path(aside) / "county"
        command = [sys.executable, "-m", "cli", "demo", "--seconds", str(WORK_S), "--data", str(data)]
        county = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
        try:
            address = _served(data, county)
            with sync_playwright() as playwright:
                _shots(launched(playwright), address, Path(folder))
        finally:
            county.wait()
    if county.returncode:
        raise SystemExit("the demonstration ended with losses; its table says which")


def _served(data, county):
    """The address of the county's board, once it answers."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until and county.poll() is None:
        try:
            address = f"http://127.0.0.1:{Stack(data).port('county-metrics')}/"
            if httpx.get(address).is_success:
                return address
        except (StackError, OSError, httpx.TransportError):
            pass
        time.sleep(0.5)
    raise SystemExit("the county did not start")


def _shots(browser, address, folder):
    pages = {}
    for name, (width, height) in SHOWN.items():
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
        pages[name] = context.new_page()
        pages[name].goto(address)
    time.sleep(SEEN_AFTER_S)
    taken = {name: _shot(page) for name, page in pages.items()}
    browser.close()
    for name, picture in taken.items():
        small = packed(picture)
        (folder / name).write_bytes(small)
        print(f"{folder / name}: {len(small) // 1024} KiB")


def _shot(page):
    page.bring_to_front()
    page.wait_for_selector("html[data-ready][data-link=live]", state="attached")
    for trouble in ("stale", "figures"):
        page.wait_for_selector(f"#banner-{trouble}[hidden]", state="attached")
    time.sleep(1)
    return page.screenshot()


if __name__ == "__main__":
    take(sys.argv[1])
