"""A door in a process of its own, as a service has it, and clients that know nothing of its end."""

import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager

QUESTION = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n"
PATIENCE_S = 60
PROGRAM = """
import asyncio, signal, sys
from messaging.parting import Parting
from messaging.web import serve

async def answer(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(0.002)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})

async def main():
    stop, told = asyncio.Event(), []
    def leave():
        told.append(True)
        asyncio.get_running_loop().call_later(float(sys.argv[1]), stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave)
    async with serve(Parting(answer, lambda: bool(told)), "127.0.0.1", 0) as port:
        print(port, flush=True)
        await stop.wait()

try:
    from uvloop import run
except ImportError:
    from asyncio import run
run(main())
"""


@contextmanager
def a_door(drain_s):
    """Its port, and how to stop it; it has ended when that returns."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(drain_s)], stdout=subprocess.PIPE) as process:

        def stop():
            process.send_signal(signal.SIGTERM)
            return process.wait(PATIENCE_S)

        try:
            yield int(process.stdout.readline()), stop
        finally:
            process.kill()


class Crowd:
    """Clients that ask without a pause, on one connection until told that it ends, and never look at `/open`."""

    def __init__(self, port, clients):
        self._port = port
        self.became = Counter()
        """Requests, by what became of them."""
        self._warm = threading.Semaphore(0)
        self._threads = [threading.Thread(target=self._client) for _ in range(clients)]

    def __enter__(self):
        for one in self._threads:
            one.start()
        for _ in self._threads:
            assert self._warm.acquire(timeout=PATIENCE_S)
        return self

    def __exit__(self, *_):
        for one in self._threads:
            one.join()

    def _client(self):
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_S) as connection:
                    self._ask(connection)
            except ConnectionRefusedError:
                return
            except (OSError, EOFError) as error:
                self.became[type(error).__name__] += 1

    def _ask(self, connection):
        last = False
        while not last:
            connection.sendall(QUESTION)
            connection.sendall(b"body")
            answer = b""
            while not answer.endswith(b"ok"):
                piece = connection.recv(4096)
                if not piece:
                    raise EOFError
                answer += piece
            self.became["answered"] += 1
            self._warm.release()
            last = b"connection: close" in answer
