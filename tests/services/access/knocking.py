"""Requests that a door's own document allows, and others, sent as each role; what comes back is held against it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import hypothesis
import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import _hypothesis, negative, schemas
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport import requests as sending

from tests.services.access.stricter import stricter

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EARLY = _hypothesis, negative, schemas, sending
"""Else read when they are first needed, in the thread that asks. There Python 3.11 gives a module up when something is
collected meanwhile whose end is told with where it failed: that reads source as well (python/cpython issue 106905)."""
RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CONFIG = {"max-stream-events": 1, "request-timeout": 60, "generation": {"with-security-parameters": False}}


@dataclass
class Knocking:
    """Asks, and keeps what was asked and what is wrong: `headers` by role, `examples` for each kind of request.

    Before each kind `anew` is called: what there is once only may have been used up by another.
    """

    headers: dict
    examples: int
    seed: int
    anew: Callable[[], None]
    asked: Counter = field(default_factory=Counter)
    """By service and role."""
    statuses: Counter = field(default_factory=Counter)
    """By service and what is done there."""
    wrong: dict = field(default_factory=dict)
    _keys: int = 0

    def at(self, service, door, base):
        """Everything that is done at a door, asked as it should be and otherwise; the door is in another thread."""
        with requests.Session() as session:
            for mode in (RIGHT, WRONG):
                config = SchemathesisConfig.from_dict(CONFIG)
                document = stricter(door.openapi(), narrow=mode is RIGHT)
                for found in schemathesis.openapi.from_dict(document, config=config).get_all_operations():
                    if mode is RIGHT or _can_be_wrong(found.ok()):
                        self._asks(found.ok(), mode, service, (base, session))

    def _asks(self, operation, mode, service, way):
        self.anew()

        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def every_role(case):
            for role in self.headers:
                self._once(service, role, case, way)

        every_role()

    def _once(self, service, role, case, way):
        base, session = way
        answer = case.call(base_url=base, session=session, headers=self._headers_of(role, case))
        self.asked[service, role] += 1
        self.statuses[service, case.operation.label, answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for one in group.exceptions:
                name = (service, case.operation.label, answer.status_code, type(one).__name__)
                self.wrong.setdefault(name, f"{one}\n{case.as_curl_command()[:1500]}\n{answer.text[:600]}")

    def _headers_of(self, role, case):
        """With a name of its own, so that a request is not answered as another role's was."""
        if case.meta.generation.mode is WRONG or "Idempotency-Key" not in case.headers:
            return self.headers[role]
        self._keys += 1
        return self.headers[role] | {"Idempotency-Key": f"knock-{self._keys}"}


def _can_be_wrong(operation):
    """Whether there is anything in a request that could be otherwise."""
    return bool(list(operation.iter_parameters()) or operation.body)
