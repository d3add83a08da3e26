"""One recorded incident under its own policy and under a draft: everything that would have gone differently. Pure."""

from datetime import datetime
from functools import partial

from cli.trials import compared, convened, responding
from cli.trials.asked import People, Registries
from cli.trials.lived import Living
from cli.trials.recorded import PARTS, Record
from cli.trials.tally import Tally
from policy.model import Policy


def try_one(
    record: Record,
    policies: tuple[Policy | None, Policy],
    registries: Registries,
    until: datetime,
    tally: Tally,
) -> None:
    """Counts what the second policy would have done differently from the first, the incident's own."""
    own, draft = policies
    if own is None:
        tally.no_policy += 1
        return
    before = Living(record, own).through(until)
    if tuple(before.lived) != record.lived:
        tally.other_record += 1
        return
    after = Living(record, draft, People(record, own, registries)).through(until)
    apart = [part for part in PARTS if before.of(part) != record.of(part)]
    found = list(compared.differences(before, after, apart))
    ways = {
        "whistles": partial(responding.differences, record, own, draft, until),
        "sessions": partial(convened.differences, record, own, draft),
    }
    for part, differences in ways.items():
        try:
            found += list(differences())
        except ValueError:
            apart.append(part)
    tally.parts.update(apart)
    tally.note(record.incident.incident_id, found)
