"""What an expression of PromQL asks for: its series with their matchers, and the labels it groups by."""

import promql_parser

from messaging.telemetry import TABLE
from services.metrics.exposition import AREA, AS_OF, PART, STALE, VALUE

SCRAPE = frozenset({"namespace", "tier", "service", "pod"})
"""Labels that the scrape gives to whatever comes from a process, by deploy/k8s or by hand."""
OURS = {name: frozenset(one.labels) for one in TABLE for name in one.scraped}
OURS |= {f"{one.name}_bucket": frozenset({*one.labels, "le"}) for one in TABLE if one.kind == "histogram"}
FIGURES = {
    AREA: {"area", "name"},
    AS_OF: set(),
    STALE: set(),
    PART: {"metric", "area", "part"},
    VALUE: {"metric", "area"},
}
PROCESS = ("resident_memory_bytes", "start_time_seconds", "cpu_seconds_total", "open_fds")
ELSEWHERE = {
    "up": set(),  # Prometheus' own
    "ALERTS": {"alertname", "alertstate"},
    "kubelet_volume_stats_available_bytes": {
        "persistentvolumeclaim"
    },  # the kubelet's, see docs/operate/alerts.md
    "kubelet_volume_stats_capacity_bytes": {"persistentvolumeclaim"},
}
KNOWN = {**OURS, **FIGURES, **{f"process_{one}": set() for one in PROCESS}, **ELSEWHERE}
"""Name → labels of its own."""


def walked(expression):
    """Everything in it."""
    found = []
    promql_parser.walk(promql_parser.parse(expression), found.append)
    return found


def selectors(expression):
    """(name, [(label, how, value)]) of every series it selects. Raises `ValueError` for what is no PromQL."""
    return [
        (one.name, [(matcher.name, matcher.op, matcher.value) for matcher in one.matchers.matchers])
        for one in walked(expression)
        if isinstance(one, promql_parser.VectorSelector)
    ]


def grouped(expression):
    """Labels it groups or joins by."""
    modifiers = [one.modifier for one in walked(expression) if isinstance(one, promql_parser.AggregateExpr)]
    return {label for one in modifiers if one is not None for label in one.labels}
