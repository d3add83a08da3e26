"""Ports nobody listens on, for processes a test starts."""

import socket


def free_port():
    """One of them; somebody else may take it before it is used, which no test has met so far."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
