"""Every answer tells a browser to be careful: nothing of others runs or frames it, and what was asked is not kept."""

import base64
import hashlib
import re

import pytest

from doors.headers import viewer
from tests.doors.test_throttle import opened
from tests.services.doors import SERVICES, compose

SAME = {
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
}  # fmt: skip
FILES = ["/docs", "/docs/assets/swagger-ui.css", "/openapi.json"]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_of_every_door_has_them_and_may_be_framed_and_run_by_nobody(service):
    app = compose(service)
    async with opened(app) as door:
        addresses = [*app.openapi()["paths"], "/nowhere", *FILES]
        answers = [await door.get(one.replace("{incident_id}", "a")) for one in addresses]

    for one in answers:
        assert {name: one.headers[name] for name in SAME} == SAME
        policy = one.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("service", SERVICES)
async def test_what_a_caller_asked_is_kept_nowhere_and_what_is_the_same_for_all_is_asked_for_again(service):
    app = compose(service)
    async with opened(app) as door:
        asked = [
            await door.get(one.replace("{incident_id}", "a"))
            for one in app.openapi()["paths"]
            if "get" in app.openapi()["paths"][one]
        ]
        files = [await door.get(one) for one in FILES]

    assert asked
    assert {one.headers["cache-control"] for one in asked} == {"no-store"}
    assert {one.headers["cache-control"] for one in files} == {"no-cache"}


async def test_the_board_runs_its_own_files_only_and_makes_no_page_of_text():
    async with opened(compose("metrics")) as door:
        policies = {
            (await door.get(one)).headers["content-security-policy"] for one in ("/", "/board/main.js")
        }

    assert len(policies) == 1
    assert {"script-src 'self'", "style-src 'self'", "connect-src 'self'", "trusted-types 'none'"} <= set(
        policies.pop().split("; ")
    )


async def test_the_page_of_the_document_runs_its_one_script_by_its_digest():
    async with opened(compose("intake")) as door:
        page = await door.get("/docs")
    scripts = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)

    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert len(scripts) == 1
    assert f"script-src 'self' 'sha256-{digest}';" in page.headers["content-security-policy"]
    assert viewer("<script>other</script>") != page.headers["content-security-policy"]
