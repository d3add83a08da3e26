"""Ports nobody listens on, for processes a test starts."""

import secrets

from deploy.local.ports import is_free

_FIRST, _LAST = 10_000, 19_999
"""Below those of local stacks, and below those that a system gives to outgoing connections: a process that starts later
must not find its own in use as the near end of somebody's connection."""
_GIVEN: set[int] = set()


def free_port():
    """Another one each time; drawn, since other workers draw as well."""
    while True:
        port = _FIRST + secrets.randbelow(_LAST - _FIRST + 1)
        if port not in _GIVEN and is_free(port):
            _GIVEN.add(port)
            return port
