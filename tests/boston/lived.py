"""The city's file lived through by the pure rules of all services, from a row to the cells of its tier."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.importing import mapping
from cli.importing.rows import Reader, RowRefused
from cli.importing.source import Source
from policy import load
from schemas import codes
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.routing import IncidentResolved
from services.followup import revisit
from services.intake.report import Origin, Registry, incident_id_of, received, reported
from services.metrics.cells import EMPTY, _plus
from services.metrics.facts import LISTENS_TO, increments
from services.metrics.known import Slot
from services.routing import life
from services.routing.centre import Centre
from tests.boston.areas import write
from tests.builders import a_policy

HERE = Path(__file__).parent
CITY = "America/New_York"
ZONE = ZoneInfo(CITY)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
KINDS = {one.type: one for one in (ReportSubmitted, ActionSubmitted)}
BATCH = 500


class Lived:
    """The cells of each tier by slot, and the ids of the rows that were refused."""

    def __init__(self, file, areas):
        write(file, areas)
        self.areas = load.areas(areas)
        self.policy = a_policy(time_zone=CITY)
        self.lists = codes.load(HERE / "codes")
        self.means = mapping.load(HERE / "mapping.yaml", self.lists, self.areas)
        self.refused = set()
        self.cells = defaultdict(dict)
        waiting = defaultdict(list)
        for tier, event in self._events(file):
            waiting[tier].append(event)
            if len(waiting[tier]) == BATCH:
                self._count(tier, waiting.pop(tier))
        for tier, left in waiting.items():
            self._count(tier, left)

    def _events(self, file):
        """What every service says of every case, with the tier it says it in."""
        reader, source = Reader(self.means, self.lists, self.areas, NOW), Source(file, self.means)
        for row in source.rows():
            try:
                case = reader.case(row.cells)
            except RowRefused:
                self.refused.add(reader.case_id(row.cells))
                continue
            for event in self._case(case):
                yield case.tier, event
        source.close()

    def _case(self, case):
        registry = Registry(case.tier, self.areas, self.lists, self.policy)
        centre = Centre(case.tier, {self.policy.version: self.policy})
        origin = Origin(incident_id_of(self.means.source, case.id), self.means.source)
        incident = None
        for one in case.submissions:
            asked = KINDS[one.type].model_validate_json(one.body)
            if isinstance(asked, ReportSubmitted):
                arrival = reported(registry, origin, asked, NOW)
            else:
                arrival = received(registry, origin.source, asked, NOW)
            incident, said = life.arrive(incident, arrival, centre, NOW)
            yield from (arrival, *said)
            for done in said:
                if isinstance(done, IncidentResolved):
                    yield from revisit.plan(None, done, centre.policies, NOW)[1]

    def _count(self, tier, events):
        """As the desk does: what a batch adds is added up, and then added to the cells."""
        slots = defaultdict(Counter)
        for event in events:
            for cell, by in increments(event, ZONE) if isinstance(event, LISTENS_TO) else ():
                slots[Slot(*cell[1:])][cell.measure] += by
        mine = self.cells[tier]
        for slot, changes in slots.items():
            mine[slot] = _plus(mine.get(slot, EMPTY), {one: by for one, by in changes.items() if by})

    def placed(self):
        """(Neighbourhood, ward, slot, counts) of every cell of every tier."""
        for cells in self.cells.values():
            for slot, row in cells.items():
                yield (*self._place(slot.area), slot, row.counts)

    def _place(self, area):
        """The neighbourhood and the ward an area is, by the names of the registry."""
        one = self.areas[area]
        match one.tier:
            case "county":
                return "", None
            case "town":
                return one.name, None
            case _:
                return self.areas[one.parent].name, int(one.name.removeprefix("Ward "))
