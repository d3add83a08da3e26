"""What a data folder remembers between starts: loopback ports, addresses, and the choices it runs with."""

import json
import socket
import threading
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from deploy.local import private_file
from deploy.local.plan import StackError, fingerprint

# Below the range Linux and macOS hand to outgoing connections: a restarting process must not find
# its port in use as the local end of somebody's client connection.
_FIRST, _LAST = 20000, 31999
_BLOCK = 64


class Record:
    """``stack.json`` of a data folder: private, because an address may contain a password."""

    def __init__(self, data: Path) -> None:
        self._file = data / "stack.json"
        self._lock = threading.RLock()

    def read(self) -> dict[str, Any]:
        """Everything remembered; nothing, if there is no file or a power loss tore it."""
        try:
            found = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def exists(self) -> bool:
        """Whether anything was ever remembered."""
        return self._file.exists()

    def remember(self, **facts: object) -> None:
        """Add or replace facts, all or none."""
        with self._lock:
            text = json.dumps({**self.read(), **facts}, indent=2, sort_keys=True)
            private_file.write(self._file, text.encode() + b"\n")


class Ports:
    """The ports of one data folder by purpose."""

    def __init__(self, data: Path, record: Record) -> None:
        self._record = record
        self._lock = threading.Lock()
        blocks = (_LAST - _FIRST + 1) // _BLOCK
        self._start = _FIRST + int(fingerprint(data), 16) % blocks * _BLOCK
        known: dict[str, object] = record.read().get("ports", {})
        self._known: dict[str, int] = {name: port for name, port in known.items() if isinstance(port, int)}

    def __getitem__(self, purpose: str) -> int:
        return self._known[purpose]

    def reserve(self, purposes: Iterable[str]) -> None:
        """Give every purpose a port that is free now: the one it had before if possible, else another."""
        with self._lock:
            for purpose in purposes:
                if not is_free(self._known.get(purpose, 0)):
                    self._known[purpose] = self._next_free()
            self._record.remember(ports=self._known)

    def _next_free(self) -> int:
        taken = set(self._known.values())
        for port in chain(range(self._start, _LAST + 1), range(_FIRST, self._start)):
            if port not in taken and is_free(port):
                return port
        raise StackError(f"no free loopback port between {_FIRST} and {_LAST}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    if not port:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
