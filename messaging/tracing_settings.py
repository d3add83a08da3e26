"""What OpenTelemetry's own variables say of traces, read strictly: a typo must not record everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_EVERY = {"always_on": 1.0, "always_off": 0.0}
_PARENT = "parentbased_"
_RATIO = "traceidratio"


@dataclass(frozen=True, slots=True)
class TracingSettings:
    """What is to be recorded; where it goes the exporter reads for itself, it has a dozen variables more."""

    share: float
    """Of the traces that begin at our doors and by our clocks."""


def tracing_settings(environment: Mapping[str, str]) -> TracingSettings | None:
    """None where nothing is to be recorded. Raises `ValueError`, a line for each variable that is wrong, no values.

    An empty variable is one that is not set.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    place = _signal(given, "ENDPOINT")
    if not place or given.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    if given.get("OTEL_TRACES_EXPORTER") == "none":
        return None
    try:
        share = _share(given)
    except ValueError as error:
        share, wrong = 0.0, [str(error)]
    else:
        wrong = []
    wrong += _export(given, place)
    if wrong:
        raise ValueError("\n".join(wrong))
    return TracingSettings(share)


def _signal(given: Mapping[str, str], what: str) -> str:
    """The exporter's setting for traces, else the one for everything."""
    return given.get(f"OTEL_EXPORTER_OTLP_TRACES_{what}") or given.get(f"OTEL_EXPORTER_OTLP_{what}", "")


def _export(given: Mapping[str, str], place: str) -> list[str]:
    wrong = []
    parts = urlsplit(place)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        wrong.append("OTEL_EXPORTER_OTLP_ENDPOINT: must be http://host:port or https://host:port")
    if _signal(given, "PROTOCOL") not in {"", "http/protobuf"}:
        wrong.append("OTEL_EXPORTER_OTLP_PROTOCOL: only http/protobuf is spoken here, usually on port 4318")
    if given.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        wrong.append("OTEL_TRACES_EXPORTER: otlp or none")
    return wrong


def _share(given: Mapping[str, str]) -> float:
    """The share the sampler stands for. Raises `ValueError`.

    With or without `parentbased_` is the same here: what was decided where a trace began holds everywhere.
    """
    sampler = given.get("OTEL_TRACES_SAMPLER", "always_on").removeprefix(_PARENT)
    if sampler in _EVERY:
        return _EVERY[sampler]
    if sampler != _RATIO:
        names = ", ".join(_PARENT + one for one in (*_EVERY, _RATIO))
        raise ValueError(f"OTEL_TRACES_SAMPLER: one of {names}")
    try:
        share = float(given.get("OTEL_TRACES_SAMPLER_ARG", ""))
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError("OTEL_TRACES_SAMPLER_ARG: must be a share from 0 to 1, such as 0.01")
    return share
