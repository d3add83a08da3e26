"""`python -m bench.sizing`: the table of docs/operate/size.md, computed from the numbers that stand in it."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "operate" / "size.md"
BEGIN, END = "<!-- computed by python -m bench.sizing -->\n", "<!-- end of what is computed -->\n"
YEAR_S = 365 * 24 * 3600
DAYS = 365
ALL = 3.0
"""Tiers of a county."""
_NUMBER = re.compile(r"^\| `(\w+)` \| ([\d,.]+) \|", re.MULTILINE)
_HEAD = (
    "| | counties | incidents a year | events/s, mean | events/s, peak | processes | cores | memory | databases"
    " | topics | archive |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
)
Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """What a place needs: `disks` are databases, topics and archive after `years`, in bytes, with all replicas."""

    incidents: float
    mean: float
    peak: float
    processes: float
    cores: float
    memory: float
    disks: tuple[float, float, float]


def numbers(document: str) -> dict[str, float]:
    """Everything measured and assumed, by name. Raises `ValueError` when a name stands there twice."""
    found = [(name, float(value.replace(",", ""))) for name, value in _NUMBER.findall(document)]
    if len(dict(found)) != len(found):
        raise ValueError("a name stands twice in the tables of numbers")
    return dict(found)


def size(n: Numbers, counties: float, share: float = 1.0, tiers: float = ALL) -> Size:
    """What so many counties need, or a share of one county's incidents in so many of its tiers."""
    incidents = n["incidents_of_a_county"] * counties * share
    stored = incidents * (1 + n["climb_to_town"] + n["climb_to_county"] if tiers > 1 else 1)
    mean = stored * n["events_of_an_incident"] / YEAR_S
    peak = mean * n["peak_factor"]
    processes = counties * tiers * n["services"] * n["replicas"]
    busy = stored / YEAR_S * n["peak_factor"] / n["lifecycles_of_a_cpu_second"]
    cores = busy + processes * n["idle_cores_of_a_process"]
    return Size(incidents, mean, peak, processes, cores, _memory(n, counties, tiers), _disks(n, stored))


def _memory(n: Numbers, counties: float, tiers: float) -> float:
    """What all pods are given: of the services, of their databases, of the brokers a county's tiers share."""
    services = counties * tiers * n["services"]
    copy = n["memory_of_a_database"] + n["memory_of_an_archiver"]
    pods = n["replicas"] * n["memory_of_a_process"] + n["database_copies"] * copy
    return services * pods + (counties * n["memory_of_the_brokers"] if tiers == ALL else 0)


def _disks(n: Numbers, stored: float) -> tuple[float, float, float]:
    """Bytes of databases, topics and archive after all the years."""
    kept, week = stored * n["years"], stored * 7 / DAYS  # inbound topics keep two of these
    databases = kept * n["database_stays"] + week * n["database_passes"]
    topics = kept * n["topics_stay"] + 2 * week * n["topics_pass"]
    archive = stored / DAYS * n["archive_days"] * n["written_ahead"] + n["base_backups"] * databases
    return databases * n["database_copies"], topics * n["topic_copies"], archive


def rows(n: Numbers) -> Iterator[tuple[str, float, Size]]:
    """The places of the table; one village has no processes of its own."""
    yield "one village", 1, size(n, 1, 1 / n["villages_of_a_county"], 0)
    yield "the village tier of a county", 1, size(n, 1, tiers=1)
    yield "a county, three tiers", 1, size(n, 1)
    yield "a province", n["counties_of_a_province"], size(n, n["counties_of_a_province"])
    yield "the country", n["counties"], size(n, n["counties"])


def table(n: Numbers) -> str:
    """The computed table as it stands in the document."""
    lines = [_HEAD]
    for name, counties, it in rows(n):
        figures = (
            f"{counties:,.0f}", f"{it.incidents:,.0f}", _short(it.mean), _short(it.peak), f"{it.processes:,.0f}",
            _cores(it.cores), _bytes(it.memory), *map(_bytes, it.disks),
        )  # fmt: skip
        lines.append(f"| {name} | {' | '.join(figures)} |\n")
    return "".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _cores(value: float) -> str:
    return "< 0.01" if value < 0.01 else _short(value)


def _bytes(value: float) -> str:
    if value == 0:
        return "0"
    unit, size_of = next(((u, s) for u, s in (("TB", 1e12), ("GB", 1e9)) if value >= s), ("MB", 1e6))
    return f"{_short(value / size_of)} {unit}"


def computed(document: str) -> str:
    """The document with its table computed again."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table(numbers(document))}{END}{after}"


def main() -> None:
    """Writes the table anew."""
    text = DOCUMENT.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        sys.exit(f"{DOCUMENT.name} has no place for the table")
    DOCUMENT.write_text(computed(text), encoding="utf-8")


if __name__ == "__main__":
    main()
