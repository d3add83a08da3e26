"""The broker of a stack loses everything it had, and an empty one takes its place."""

import shutil

import pytest

from deploy.local import kafka
from deploy.local.ports import Ports, Record
from tests.system.operate.server import NO_BROKER


def lost(stack):
    """The broker is killed, and all it kept is removed; it is not started again."""
    log = stack.data / "kafka" / "log"
    if not log.is_dir():
        pytest.skip(NO_BROKER)
    stack.stop_program("kafka")
    shutil.rmtree(log)


def replaced(stack):
    """A new broker, empty, at the same address."""
    kafka.prepare(stack.data, Ports(stack.data, Record(stack.data)), lambda _line: None)
    stack.start_program("kafka")
