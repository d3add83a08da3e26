"""Pages of others in a browser, at every service's door: what they may send unasked changes nothing."""

import pytest
from pydantic import ValidationError

from messaging.settings import wrong
from tests.doors.test_throttle import opened
from tests.services.doors import SERVICES, compose
from tests.services.test_settings import bare, given

__all__ = ["bare"]
PREFIXES = [f"{one.upper()}_" for one in SERVICES]
UNASKED = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None]
"""A browser sends these for any page, and asks nobody beforehand."""


@pytest.mark.parametrize("kind", UNASKED)
@pytest.mark.parametrize("service", SERVICES)
async def test_what_a_browser_sends_without_asking_beforehand_is_refused_unread(service, kind):
    app = compose(service)
    headers = {"origin": "https://elsewhere.example"} | ({} if kind is None else {"content-type": kind})
    changing = [
        (method, path.replace("{incident_id}", "a"))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if method != "get"
    ]
    async with opened(app) as door:
        answers = [
            (await door.request(method, path, content=b"{}", headers=headers)).status_code
            for method, path in changing
        ]

    assert set(answers) <= {415}
    assert changing or service == "metrics"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_those_that_may_ask_are_those_that_are_set_and_none_else(monkeypatch, prefix):
    none = given(monkeypatch, prefix, TIER="town").browsers
    some = given(monkeypatch, prefix, TIER="town", CORS_ORIGINS="https://a.example").browsers
    with pytest.raises(ValidationError) as caught:
        given(monkeypatch, prefix, TIER="town", CORS_ORIGINS="*")

    assert (none.origins, none.own_name_only) == (frozenset(), True)
    assert some.origins == {"https://a.example"}
    assert wrong(caught.value, prefix.lower()[:-1]).startswith(f"{prefix}CORS_ORIGINS: ")
