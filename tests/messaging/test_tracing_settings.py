"""Traces are off unless an endpoint is named; what is named wrongly is said at once, all of it, and records nothing."""

import pytest

from messaging.tracing_settings import tracing_settings

AT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
RATIO = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}


@pytest.mark.parametrize(
    "environment",
    [
        {}, RATIO | {"OTEL_TRACES_SAMPLER_ARG": "1"}, {"OTEL_EXPORTER_OTLP_ENDPOINT": " "},
        AT | {"OTEL_SDK_DISABLED": "true"}, AT | {"OTEL_TRACES_EXPORTER": "none"},
    ],
)  # fmt: skip
def test_off(environment):
    assert tracing_settings(environment) is None


@pytest.mark.parametrize(
    ("environment", "share"),
    [
        ({}, 1.0),
        ({"OTEL_TRACES_SAMPLER": "parentbased_always_on"}, 1.0),
        ({"OTEL_TRACES_SAMPLER": "always_off"}, 0.0),
        (RATIO | {"OTEL_TRACES_SAMPLER_ARG": "0.01"}, 0.01),
        ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1"}, 1.0),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, 1.0),
    ],
)
def test_on_with_the_share_the_sampler_stands_for(environment, share):
    assert tracing_settings(AT | environment).share == share


def test_the_endpoint_of_traces_alone_is_enough():
    assert tracing_settings({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/v1/traces"}).share == 1.0


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"OTEL_TRACES_SAMPLER": "somtimes"}, "OTEL_TRACES_SAMPLER:"),
        (RATIO, "OTEL_TRACES_SAMPLER_ARG:"),
        (RATIO | {"OTEL_TRACES_SAMPLER_ARG": "1%"}, "OTEL_TRACES_SAMPLER_ARG:"),
        (RATIO | {"OTEL_TRACES_SAMPLER_ARG": "nan"}, "OTEL_TRACES_SAMPLER_ARG:"),
        (RATIO | {"OTEL_TRACES_SAMPLER_ARG": "1.5"}, "OTEL_TRACES_SAMPLER_ARG:"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL:"),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER:"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT:"),
    ],
)
def test_what_is_wrong_is_named_and_its_value_is_not(environment, named):
    with pytest.raises(ValueError, match=named) as caught:
        tracing_settings(AT | environment)

    assert not any(value in str(caught.value) for value in environment.values())


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(ValueError, match="OTEL_TRACES_SAMPLER:") as caught:
        tracing_settings(AT | {"OTEL_TRACES_SAMPLER": "x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})

    assert len(str(caught.value).splitlines()) == 2
