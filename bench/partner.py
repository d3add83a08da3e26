"""Another system's events, made from templates: reports, and the actions of an incident's life. No I/O."""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka.partitioner import DefaultPartitioner

from policy.load import Area
from schemas.topics import PARTITIONS
from services.intake.report import incident_id_of

SOURCE = "/bench/partner"
CATEGORIES = (
    "neighbour",
    "land",
    "family",
    "contract",
    "labour",
    "housing",
    "service",
    "traffic",
    "consumer",
)
CHANNELS = ("patrol", "walk-in", "hotline", "online")
PARTIES = '["applicant","respondent"]'

ACCEPT = '{"action":"accept"}'
ESCALATE = '{"action":"escalate","reason":"too-hard"}'
RESOLVE = '{"action":"resolve","method":"mediation","outcome":"success","agreement":true}'
VISITS = tuple(
    f'{{"action":"visit","party":"{party}","means":"telephone","result":"satisfied"}}'
    for party in ("p1", "p2")
)


@dataclass(frozen=True, slots=True)
class Subject:
    """An incident of the bench: its id is known before it is reported, and so is its partition."""

    incident_id: str
    report_id: str
    partition: int
    area: str
    category: str
    channel: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A record for an inbound topic."""

    partition: int
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes


def subjects(areas: Sequence[Area], seed: int) -> Iterator[Subject]:
    """Incidents without end: villages evenly, common categories and channels more often than rare ones."""
    dice = random.Random(seed)
    villages = [one.code for one in areas if one.tier == "village"]
    murmur, places = DefaultPartitioner(), list(range(PARTITIONS))
    run = uuid.UUID(int=dice.getrandbits(128)).hex[:12]
    number = 0
    while True:
        number += 1
        report_id = f"{run}-{number}"
        incident_id = incident_id_of(SOURCE, report_id)
        yield Subject(
            incident_id,
            report_id,
            murmur(incident_id.encode(), places, []),
            dice.choice(villages),
            CATEGORIES[int(len(CATEGORIES) * dice.random() ** 2)],
            CHANNELS[int(len(CHANNELS) * dice.random() ** 2)],
        )


def reports(wave: Sequence[Subject]) -> list[Sent]:
    """One `report.submitted.v1` for each incident."""
    now = _now()
    return [
        _sent(
            one,
            one.report_id,
            "report.submitted.v1",
            f'{{"area":"{one.area}","category":"{one.category}","channel":"{one.channel}",'
            f'"severity":"ordinary","occurred_at":"{now}","parties":{PARTIES}}}',
        )
        for one in wave
    ]


def actions(wave: Sequence[Subject], name: str, asked: Sequence[str]) -> list[Sent]:
    """An `action.submitted.v1` for each incident and each of the actions asked; `name` tells steps apart."""
    now = _now()
    return [
        _sent(
            one,
            f"{one.report_id}-{name}{at}",
            "action.submitted.v1",
            f'{{"incident_id":"{one.incident_id}","occurred_at":"{now}",'
            f'"actor":{{"role":"staff","ref":"bench"}},"action":{action}}}',
        )
        for one in wave
        for at, action in enumerate(asked)
    ]


def sentinels(wave: Sequence[Subject]) -> list[str]:
    """The last incident of each partition: records of a partition take effect in order, so these tell for all."""
    return list({one.partition: one.incident_id for one in wave}.values())


def _sent(one: Subject, event_id: str, kind: str, body: str) -> Sent:
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_type", kind.encode()),
        ("content-type", b"application/json"),
    ]
    return Sent(one.partition, one.incident_id.encode(), headers, body.encode())


def _now() -> str:
    return datetime.now(UTC).isoformat()
