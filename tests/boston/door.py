"""What the county's door says of the city: by department, neighbourhood and month, and how long things took."""

import csv
from collections import Counter

import httpx

FIGURES = ("received@1", "resolved@1", "on_time@1")
MEASURES = ("received", "resolved", "with_target", "on_time")


class Door:
    """Asks `GET /v1/metrics` of a running stack, and nothing else."""

    def __init__(self, url, areas):
        self._client = httpx.Client(base_url=url, timeout=60)
        with areas.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        [self._city] = [one["code"] for one in rows if one["tier"] == "county"]
        self._towns = {one["code"]: one["name"] for one in rows if one["tier"] == "town"}

    def figures(self):
        """(Department, neighbourhood, month, measure) → how many; of no neighbourhood is what is left of the city."""
        found = Counter()
        for department in self._departments():
            of_the_city = Counter(self._months(self._city, department))
            for code, name in self._towns.items():
                of_a_town = self._months(code, department)
                found.update({(department, name, *one): by for one, by in of_a_town.items()})
                of_the_city.subtract(of_a_town)
            found.update({(department, "", *one): by for one, by in of_the_city.items()})
        return {one: by for one, by in found.items() if by}

    def durations(self, months):
        """(Neighbourhood, month) → what is said of the time to resolve; of the whole city under no neighbourhood."""
        found = {}
        for code, name in (self._towns | {self._city: ""}).items():
            for month in months:
                answer = self._ask(area=code, period=month, metric="time_to_resolve@1")
                [found[name, month]] = answer["distributions"]
        return {one: said for one, said in found.items() if said["count"]}

    def _departments(self):
        return [one["key"].rpartition(":")[2] for one in self._ask(group_by="category")["groups"]]

    def _months(self, area, department):
        asked = {"area": area, "category": department, "group_by": "month", "metric": FIGURES}
        groups = self._ask(**asked)["groups"]
        return {(one["key"], name): by for one in groups for name in MEASURES if (by := one["counts"][name])}

    def _ask(self, **params):
        return self._client.get("/v1/metrics", params=params).raise_for_status().json()
