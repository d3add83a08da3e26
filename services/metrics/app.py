"""Metrics put together: what it counts, what it takes over from other tiers, what it publishes and serves."""

from functools import partial

from doors.identity.opening import database_of, opened
from messaging.abreast import Abreast
from messaging.inbox import Reading
from messaging.process import Process
from messaging.settings import settings_of
from policy.load import Area, Codes, areas, both, policy, with_codes
from policy.model import Policy
from schemas.metrics import MetricCell, MetricHeartbeat, MetricRestated, MetricUnusualDay
from schemas.topics import groups_of
from services.metrics import restatement_log, unpublished_store
from services.metrics.api import api
from services.metrics.catalogue import Catalogue, catalogue
from services.metrics.desk import Desk
from services.metrics.facts import LISTENS_TO
from services.metrics.headcounts import Headcounts
from services.metrics.headcounts_csv import headcounts
from services.metrics.hearing import Hearing
from services.metrics.naming import Naming
from services.metrics.own import own_of
from services.metrics.publisher import Publisher
from services.metrics.settings import Files, Settings
from services.metrics.showing import measures_of
from services.metrics.stream import Hub
from services.metrics.watch import Watch

Places = tuple[dict[str, Area], Headcounts]


def _read(files: Files, _: Codes | None) -> tuple[Places, tuple[Policy, Catalogue]]:
    rules = partial(both, partial(policy, files.policy), partial(catalogue, files.definitions))
    return both(partial(_places, files), rules)


def _places(files: Files) -> Places:
    """The areas, and how many people they had; who is counted where can be judged once the areas are right."""
    places = areas(files.areas)
    return places, Headcounts(headcounts(files.headcounts, places) if files.headcounts else (), places)


def compose() -> Process:
    """The process, not yet started. Raises `ValueError` naming every setting, policy or registry line that is wrong."""
    files = Files()
    settings, (codes, ((places, people), (rules, figures))) = both(
        partial(settings_of, Settings, "metrics"), lambda: with_codes(files.codes, partial(_read, files))
    )
    process = Process("metrics", settings)
    process.policy(rules.version)
    naming = Naming(places, codes, own_of(rules, codes, people), figures, settings.tiers)
    hearing = Hearing(process.database)
    desk = Desk(settings.tier, rules.zone, hearing)
    stocks = measures_of(figures.figures(naming.own), "stock")
    hub = Hub(process.database, settings.listeners, naming.own.zone, stocks, settings.tiers)
    groups = groups_of("metrics", settings.tier, settings.tiers)
    counting = process.reads(Reading(groups[process.name], LISTENS_TO, desk.count), committed=hub.pulse)
    counted = Abreast(counting, process.database)
    board = f"{process.name}-board"
    if others := groups.get(board):  # where there is one tier, there are no others
        receiving = process.reads(
            Reading(others, (MetricCell, MetricHeartbeat, MetricRestated, MetricUnusualDay), desk.receive),
            group=board,
            committed=hub.pulse,
        )
        process.loops(Abreast(receiving, process.database, hearing.reached).run)
    process.queues("unpublished", unpublished_store.waiting)
    process.queues("unpublished_restatement", restatement_log.waiting)
    process.loops(hub.run)
    process.loops(counted.run)
    said = figures.figures(naming.own)
    publisher = Publisher(process.database, process.broker, settings.tier, lambda: counted.as_of, said)
    process.loops(publisher.run)
    process.loops(Watch(process.database, settings.tier, rules, places, lambda: counted.as_of).run)
    doors = database_of(process, settings)
    opened(process, settings, api(doors, hub, naming, settings.tier, rules.flags))
    return process
