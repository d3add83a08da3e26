"""A collector that keeps nothing, as a process of its own: `python -m bench.sink PORT`. Says at its end what came."""

import asyncio
import signal
import sys

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n"


class Sink:
    """Takes whatever is posted."""

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as many requests as come."""
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).lower():
                length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
                await reader.readexactly(length)
                self.requests, self.bytes = self.requests + 1, self.bytes + length
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def _main(port: int) -> None:
    sink, stop = Sink(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(sink.take, "127.0.0.1", port)
    await stop.wait()
    server.close()
    print(sink.requests, sink.bytes)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
