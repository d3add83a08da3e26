"""The doors of the services, as they are put together to run, over a database that is not there."""

import base64
import importlib
from functools import cache

import pytest

SERVICES = ("intake", "routing", "followup", "metrics")
NOWHERE = {f"{one.upper()}_POSTGRES": "postgresql://nobody@nowhere/nothing" for one in SERVICES}
SETTINGS = NOWHERE | {"TIER": "village", "INTAKE_VAULT_KEY": base64.b64encode(bytes(32)).decode()}


def compose(service):
    """The door of a service; nobody changes it."""
    return process(service).door


@cache
def process(service):
    """A service put together and not started; nobody changes it."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in SETTINGS.items():
            environment.setenv(name, value)
        return importlib.import_module(f"services.{service}.app").compose()
