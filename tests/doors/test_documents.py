"""Every door describes itself, with nothing fetched from anywhere else."""

import re

import httpx

from doors.app import create


async def asked(path):
    transport = httpx.ASGITransport(create("A door", "for a test"))
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        return await client.get(path)


async def test_the_readable_page_needs_no_other_host():
    page = await asked("/docs")

    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text


async def test_what_the_page_asks_for_is_served_here():
    page = await asked("/docs")

    for path in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await asked("/" + path)).status_code == 200, path


async def test_the_document_is_openapi():
    assert (await asked("/openapi.json")).json()["openapi"].startswith("3.")
