"""Services as single processes, each told by its environment who it is at a broker."""

import asyncio
import base64
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT

import httpx

from deploy.local.plan import PROJECT
from deploy.local.ports import Ports, Record

KEY = base64.b64encode(bytes(range(32))).decode()


def reserved(folder, *purposes):
    """Ports that are free now and that no client's own end will take before they are used."""
    ports = Ports(folder, Record(folder))
    ports.reserve(purposes)
    return [ports[one] for one in purposes]


class Servant:
    """One process of a service of the village."""

    def __init__(self, service, dsn, policy, folder, environment):
        self.service = service
        self.door, self._probes = reserved(folder, f"{service}-door", f"{service}-probes")
        self.log = folder / f"{service}.log"
        own = {
            "POSTGRES": dsn, "PORT": self.door, "PROBE_PORT": self._probes, "POLICY": policy,
            **({"VAULT_KEY": KEY} if service == "intake" else {}),
        }  # fmt: skip
        self.environment = {
            "PATH": os.environ["PATH"],
            "TIER": "village",
            **{f"{service.upper()}_{name}": str(value) for name, value in own.items()},
            **environment,
        }
        self._process = None

    async def start(self):
        """Starts it; its log is written anew."""
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"services.{self.service}", cwd=PROJECT, stdout=log, stderr=STDOUT,
                env=self.environment,
            )  # fmt: skip

    async def end(self):
        """Ends it in order."""
        if self._process.returncode is None:
            self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 60)
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def probe(self):
        """Whether it is ready, and its conditions; (None, {}) while it says nothing. It has not ended."""
        assert self._process.returncode is None, self.log.read_text()[-3000:]
        try:
            async with httpx.AsyncClient(timeout=10, verify=False) as client:
                answer = await client.get(f"http://127.0.0.1:{self._probes}/ready")
        except httpx.TransportError:
            return None, {}
        return answer.is_success, answer.json()["conditions"]

    async def is_ready(self):
        """Whether all its conditions hold."""
        return (await self.probe())[0]

    async def asked(self, method, path, **options):
        """One request to its door; None while that is shut."""
        try:
            async with httpx.AsyncClient(timeout=10, verify=False) as client:
                return await client.request(method, f"http://127.0.0.1:{self.door}{path}", **options)
        except httpx.TransportError:
            return None


@contextlib.asynccontextmanager
async def serving(*servants):
    """They run in here."""
    try:
        for one in servants:
            await one.start()
        yield
    finally:
        await asyncio.gather(*(one.end() for one in servants if one._process is not None))


async def eventually(look, what, seconds=120):
    """What `look` returns, once it is true."""
    end = asyncio.get_running_loop().time() + seconds
    while not (found := await look()):
        assert asyncio.get_running_loop().time() < end, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.3)
    return found


async def doctor(environment, *options):
    """What `fengqiao doctor` says of each thing it looks at: verdict and words."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "doctor", "--json", *options, cwd=PROJECT, stdout=PIPE, env=environment
    )
    said, _ = await process.communicate()
    found = {}
    for one in json.loads(said)["lines"]:
        found.setdefault(one["what"], []).append((one["verdict"], one["said"]))
    return found
