"""What a node of Kubernetes does with a pod, as its process sees it: variables, files, ports, probes, the end."""

import asyncio
import base64
import os
import shutil
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.builders import ROOT
from tests.deploy.k8s.objects import containers, mentioned, pod
from tests.ports import free_port

PROGRAMS = {"python": [sys.executable], "fengqiao": [sys.executable, "-m", "cli"]}
"""What the image has on its path, here."""


class Node:
    """Runs containers of rendered objects as processes; `elsewhere` says where a Service inside the cluster is here."""

    def __init__(self, folder, objects, elsewhere):
        self._folder = folder
        self._objects = objects
        self._elsewhere = elsewhere

    @asynccontextmanager
    async def running(self, workload):
        """The container of a workload, as it is rendered; killed at the end of the block if it did not end before."""
        [container] = containers(workload)
        here = Here(self._folder / workload["metadata"]["name"], container)
        self._mount(workload, container, here.root)
        variables = {one["name"]: here.place(self._value(one)) for one in container.get("env", ())}
        program, *arguments = container["command"]
        with (here.root / "log").open("wb") as log:
            here.process = await asyncio.create_subprocess_exec(
                *PROGRAMS[program], *arguments, cwd=here.root, stdout=log, stderr=log,
                env={**variables, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        try:
            yield here
        finally:
            if here.process.returncode is None:
                here.process.kill()
                await here.process.wait()

    def _value(self, variable):
        source = variable.get("valueFrom", {})
        if "configMapKeyRef" in source:
            value = self._read("ConfigMap", source["configMapKeyRef"])
        elif "secretKeyRef" in source:
            value = self._read("Secret", source["secretKeyRef"])
        else:
            value = variable["value"]
        for inside, outside in self._elsewhere.items():
            value = value.replace(inside, outside)
        return value

    def _read(self, kind, asked):
        return _decoded(mentioned(self._objects, kind, asked["name"]))[asked["key"]].decode()

    def _mount(self, workload, container, root):
        """Writes what is mounted as a node does: files are links into a folder that can be changed at once."""
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        volumes = {one["name"]: one for one in pod(workload)["volumes"]}
        for one in container["volumeMounts"]:
            place, volume = root / one["mountPath"].lstrip("/"), volumes[one["name"]]
            place.mkdir(parents=True)
            if "emptyDir" in volume:
                continue
            version = place / "..2026_11_22"
            version.mkdir()
            (place / "..data").symlink_to(version.name)
            for name, content in self._files(volume).items():
                (version / name).write_bytes(content)
                (place / name).symlink_to(Path("..data") / name)

    def _files(self, volume):
        if "configMap" in volume:
            return _decoded(mentioned(self._objects, "ConfigMap", volume["configMap"]["name"]))
        return _decoded(mentioned(self._objects, "Secret", volume["secret"]["secretName"]))


def _decoded(one):
    """What a ConfigMap or Secret has under its keys, as bytes."""
    if one["kind"] == "Secret":
        return {key: base64.b64decode(value) for key, value in one["data"].items()}
    return {key: value.encode() for key, value in one["data"].items()}


class Here:
    """One container as a process: its files lie under a folder of its own, its ports are those that are free here."""

    def __init__(self, root, container):
        self.root = root
        self.container = container
        self.process = None
        self._mounts = [one["mountPath"] for one in container["volumeMounts"]]
        self._ports = {one["containerPort"]: free_port() for one in container.get("ports", ())}
        self._named = {one["name"]: one["containerPort"] for one in container.get("ports", ())}

    def place(self, value):
        """A value with paths and ports as they are here; everything else stays as it was."""
        if any(value.startswith(f"{mount}/") for mount in self._mounts):
            return f"{self.root}{value}"
        return str(self._ports[int(value)]) if value.isdigit() and int(value) in self._ports else value

    @property
    def log(self):
        """Everything it printed."""
        return (self.root / "log").read_text(errors="replace")

    async def asked(self, probe):
        """The status that a probe of the container sees now; None while nobody listens."""
        asked = self.container[probe]["httpGet"]
        return await self.knock(
            self._named[asked["port"]], asked["path"], self.container[probe]["timeoutSeconds"]
        )

    async def knock(self, port, path, seconds=10):
        """The status a port of the container answers with, None while it does not."""
        async with httpx.AsyncClient(timeout=seconds, trust_env=False, verify=False) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{self._ports[port]}{path}")).status_code
            except httpx.TransportError:
                return None

    async def begins(self):
        """Waits until the startup probe has succeeded, as long as the node would; whether it did."""
        given = self.container["startupProbe"]
        return await self.passes("startupProbe", given["failureThreshold"] * given["periodSeconds"])

    async def passes(self, probe, seconds):
        """Waits until a probe has succeeded, for so many seconds; whether it did."""
        loop = asyncio.get_running_loop()
        late = loop.time() + seconds
        while await self.asked(probe) != httpx.codes.OK:
            assert self.process.returncode is None, self.log
            assert loop.time() < late, f"{probe} fails after {seconds} s\n{self.log}"
            await asyncio.sleep(0.2)
        return True

    async def ends(self, seconds):
        """Its exit code, when it ends by itself within so many seconds."""
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    async def told_to_end(self, seconds):
        """Its exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ends(seconds)
