"""How a door closes: nobody knocks in vain, and whoever was let in is heard."""

import asyncio
import contextlib
import ctypes
import select
import socket
import struct
import sys

ARRIVED_S = 0.1
"""How long a connection may take from its first packet to its third, between us and what stands before us."""
LOOKS, LOOK_S = 100, 0.01
"""How often it is looked whether all have been let in; a flood of connections must not keep a door open for ever."""
_ATTACH_FILTER = 26
"""`SO_ATTACH_FILTER`, which `socket` does not name."""
_FLAGS, _SYN_ACK, _SYN = 13, 0x12, 0x02
"""Where a TCP header has its flags, and what they are in the first packet of a connection: SYN without ACK."""
_NO_FIRST_PACKET = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, _FLAGS),  # load the flags
        (0x54, 0, 0, _SYN_ACK),  # keep these two
        (0x15, 0, 1, _SYN),  # a first packet:
        (0x06, 0, 0, 0),  # is dropped,
        (0x06, 0, 0, 0xFFFFFFFF),  # anything else is taken whole
    )
)


async def let_in(listener: socket.socket) -> None:
    """Returns when nobody waits to be let in, and where the system can do it, nobody new can come: close it then.

    The system tells a client "connected" before we have heard of it, and cuts off whoever waits at a socket that is
    closed. Whoever is not told anything asks once more after a second, is refused, and goes elsewhere.
    """
    _deaf(listener)
    await asyncio.sleep(ARRIVED_S)
    for _ in range(LOOKS):
        if not waiting(listener.fileno()):
            return
        await asyncio.sleep(LOOK_S)


def waiting(file: int) -> bool:
    """Whether a socket has something for us that we have not taken: a connection, bytes, or that they have gone."""
    look = select.poll()
    look.register(file, select.POLLIN)
    return bool(look.poll(0))


def _deaf(listener: socket.socket) -> None:
    """Takes no first packets from here on. Without it some microseconds are left in which somebody can be cut off."""
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(_NO_FIRST_PACKET, len(_NO_FIRST_PACKET))
    length = len(_NO_FIRST_PACKET) // struct.calcsize("HBBI")
    with contextlib.suppress(OSError):  # a sandbox may not know it
        listener.setsockopt(
            socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HP", length, ctypes.addressof(program))
        )
