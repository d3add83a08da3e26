"""What a caller can ask of each address, about something in an area; and how it would be asked about nothing at all."""

from dataclasses import dataclass, replace
from typing import Any

from doors.permissions import RELATIONS, ROUTES
from tests.services.access.actions import FOLLOWING, HANDLING
from tests.services.access.county import IDS, NO_AREA, NOTHING, PLACES, csv

WHEN = "2026-09-14T09:20:00+08:00"
REPORT = {"category": "land", "channel": "hotline"}
ACTIVITY = {"activity": "patrol", "role": "grid-staff"}
FROM = {"from": "2026-09-01", "to": "2026-09-30"}
MONTHS = {"source": "court", "from": "2026-09", "to": "2026-09"}


@dataclass(frozen=True)
class Question:
    """A request, by the line of the table it needs; `about` is the relation of what it is about, None where nothing."""

    service: str
    method: str
    path: str
    action: str
    about: str | None
    query: Any = None
    body: Any = None
    kind: str = "application/json"

    @property
    def name(self):
        return f"{self.action} {self.method} {self.service}{self.path} {self.about}"


def _of_area(action, route, area):
    """How an address is asked about an area; None where it is asked about something by its id, or of nothing."""
    match route:
        case _, "POST", "/v1/reports" | "/v1/triage":
            return {"body": REPORT | {"area": area}}
        case _, "POST", "/v1/activities":
            return {"body": ACTIVITY | {"area": area}}
        case _, "POST", "/v1/referrals/eligible":
            return {"body": {"source": "court", "area": area, "month": "2026-09", "count": 1, "version": 1}}
        case _, "PUT", "/v1/contacts":
            return {"body": csv(area), "kind": "text/csv"}
        case _, "GET", "/v1/referrals/ledger":
            return {"query": MONTHS | {"area": area}}
        case _, "GET", "/v1/ledger":
            return {"query": FROM | {"area": area}}
        case _, "GET", "/v1/metrics/rankings":
            return {
                "query": {"metric": "closure_rate", "period": "2026-09", "level": "village", "area": area}
            }
        case _, "GET", "/v1/metrics/flags":
            return {"query": {"period": "2026-09", "area": area}}
        case _, "GET", "/v1/incidents" | "/v1/contacts" | "/v1/revisits":
            return {"query": {"area": area}}
        case "metrics", "GET", path if path.startswith("/v1/metrics") and "definitions" not in path:
            return {"query": {"area": area}}
        case _:
            return None


WHOLE = {
    ("intake", "GET", "/v1/referrals/ledger"): MONTHS,
    ("routing", "GET", "/v1/ledger"): FROM,
    ("metrics", "GET", "/v1/metrics/rankings"): {
        "metric": "closure_rate", "period": "2026-09", "level": "village",
    },
    ("metrics", "GET", "/v1/metrics/flags"): {"period": "2026-09"},
}  # fmt: skip
"""What must be said where no area is named."""


def questions():
    """All of them, but for batches that are sent, whose items have answers of their own."""
    for route, action in ROUTES.items():
        if route[1:] == ("POST", "/v1/batches"):
            continue
        if action == "report.make":
            for one in RELATIONS:
                body = REPORT | {"area": PLACES[one], "entered_by": "o-1"}
                yield Question(*route, "report.enter", one, body=body)
        if route[2].endswith("_id}") or "_id}/" in route[2]:
            yield from _of_ids(route, action)
        elif route[1:] == ("POST", "/v1/referrals/reconciliations"):
            query = {"source": "court", "month": "2026-09"}
            yield Question(*route, action, None, query, body=[{"number": "n-1", "state": "accepted"}])
        elif (given := _of_area(action, route, "")) is not None:
            for one in RELATIONS:
                yield Question(*route, action, one, **_of_area(action, route, PLACES[one]))
            if route[1] == "GET":
                yield Question(*route, action, None, WHOLE.get(route))
            del given
        else:
            yield Question(*route, action, None)


def _of_ids(route, action):
    kinds = {"incident.*": HANDLING, "revisit.*": FOLLOWING}.get(action)
    for about in RELATIONS:
        path = route[2].partition("{")[0] + IDS[about] + route[2].partition("}")[2]
        if kinds is not None:
            for name, body in kinds.items():
                yield Question(*route[:2], path, f"{action[:-1]}{name}", about, body={"action": body})
        elif action == "revisit.visit":
            body = {"party": "p1", "means": "telephone", "result": "satisfied"}
            yield Question(*route[:2], path, action, about, body=body)
        else:
            yield Question(*route[:2], path, action, about)


def about_nothing(one):
    """The same about an area or a thing there is not."""
    if one.about is None:
        return one
    if IDS[one.about] in one.path:
        return replace(one, path=one.path.replace(IDS[one.about], NOTHING))
    if one.kind == "text/csv":
        return replace(one, body=csv(NO_AREA))
    if one.body is not None:
        return replace(one, body=one.body | {"area": NO_AREA})
    return replace(one, query=one.query | {"area": NO_AREA})
