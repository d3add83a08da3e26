"""supervisord of one data folder: its configuration, its start, and its answers over a private socket."""

import os
import resource
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from deploy.local import private_file
from deploy.local.extra import Late
from deploy.local.plan import PROJECT, Program, StackError, fingerprint
from deploy.local.tool import call

xmlrpc = Late("supervisor.xmlrpc")

MARK = "FENGQIAO_STACK_FOLDER"
"""Environment variable of every process of a stack, by which a later start finds orphans."""

PROVIDERS, SERVICES = "providers", "services"
_AT_ONCE = False  # do not wait until it counts as running
_BEGUN_S = 2  # after so long a new process surely is its program; its start is noted in whole seconds
_LONGEST_SOCKET_PATH = 90  # the system's limit is 104 to 108, and supervisord appends its process id


@dataclass(frozen=True, slots=True)
class ProgramState:
    """What the supervisor knows of one program; ``pid`` is 0 when it does not run."""

    name: str
    group: str
    state: str
    pid: int
    started: int
    starts: int


class Supervisor:
    """The supervisor of one data folder, whether it runs or not."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._config = data / "supervisord.conf"
        self._services_config = data / "services.conf"
        beside = data / "supervisor.sock"
        short = Path(tempfile.gettempdir()) / f"fengqiao-{os.getuid()}-{fingerprint(data)}.sock"
        self._socket = beside if len(str(beside)) <= _LONGEST_SOCKET_PATH else short

    def log(self, program: str) -> Path:
        """The file with everything this program printed."""
        return self._data / "logs" / f"{program}.log"

    def alive(self) -> bool:
        """Whether the supervisor answers."""
        try:
            self._call("supervisor.getPID")
        except OSError:
            return False
        return True

    def launch(self, providers: Sequence[Program]) -> None:
        """Start the supervisor detached, and with it the providers."""
        private_file.folder(self._data / "logs")
        self._services_config.unlink(missing_ok=True)
        text = self._main_section() + self._group(PROVIDERS, providers, 1)
        private_file.write(self._config, text.encode())
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._config)]
        environment = {**os.environ, MARK: str(self._data), "PYTHONUNBUFFERED": "1"}
        said = call(command, "the supervisor did not start", folder=PROJECT, environment=environment)
        if not self.alive():
            raise StackError(f"the supervisor does not answer on {self._socket}: {said}")

    def add_services(self, services: Sequence[Program]) -> None:
        """Start the services beside the running providers; their addresses were not known before."""
        private_file.write(self._services_config, self._group(SERVICES, services, 2).encode())
        self._call("supervisor.reloadConfig")
        self._call_unless("supervisor.addProcessGroup", xmlrpc.Faults.ALREADY_ADDED, SERVICES)

    def start(self, name: str, group: str) -> None:
        """Start a program; harmless if it runs."""
        self._call_unless(
            "supervisor.startProcess", xmlrpc.Faults.ALREADY_STARTED, f"{group}:{name}", _AT_ONCE
        )

    def stop(self, name: str, group: str) -> None:
        """Stop a program and wait until it has gone; harmless if it does not run."""
        self._call_unless("supervisor.stopProcess", xmlrpc.Faults.NOT_RUNNING, f"{group}:{name}")

    def shutdown(self) -> int:
        """Ask for the end of everything, services before providers; answers the supervisor's process id."""
        pid = self.pid()
        self._let_begin()
        self._call("supervisor.shutdown")
        return pid

    def pid(self) -> int:
        """The supervisor's process id."""
        return int(self._call("supervisor.getPID"))

    def states(self) -> dict[str, ProgramState]:
        """Every program by name."""
        starts = self._call("fengqiao.starts")
        return {
            info["name"]: ProgramState(
                info["name"],
                info["group"],
                info["statename"].lower(),
                info["pid"],
                info["start"],
                starts.get(info["name"], 0),
            )
            for info in self._call("supervisor.getAllProcessInfo")
        }

    def _let_begin(self) -> None:
        """Waits until what was started just now is what it will be.

        Before a new process has become its program it has the supervisor's handlers: what it is told then is lost, and
        it would be waited for until it is killed.
        """
        newest = max((one.started for one in self.states().values() if one.pid), default=0)
        time.sleep(min(max(newest + _BEGUN_S - time.time(), 0), _BEGUN_S))

    def _call(self, method: str, *arguments: object) -> Any:  # noqa: ANN401 - XML-RPC has no types
        transport = xmlrpc.SupervisorTransport(None, None, serverurl=f"unix://{self._socket}")
        with ServerProxy("http://localhost", transport=transport) as server:
            answer: Any = getattr(server, method)(*arguments)
            return answer

    def _call_unless(self, method: str, harmless: int, *arguments: object) -> None:
        try:
            self._call(method, *arguments)
        except Fault as fault:
            if fault.faultCode != harmless:
                raise StackError(f"{method} {arguments[0]}: {fault.faultString}") from fault

    def _main_section(self) -> str:
        # The broker keeps several files open per partition; the usual soft limit of 1024 is near.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        files = 16384 if most == resource.RLIM_INFINITY else min(most, 16384)
        root = "user = root\n" if os.geteuid() == 0 else ""
        return f"""[unix_http_server]
file = {self._socket}
chmod = 0600

[supervisord]
logfile = {self._data}/logs/supervisord.log
logfile_maxbytes = 10MB
logfile_backups = 1
pidfile = {self._data}/supervisord.pid
childlogdir = {self._data}/logs
minfds = {files}
{root}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[rpcinterface:fengqiao]
supervisor.rpcinterface_factory = deploy.local.overseer:make_overseer

[include]
files = {self._services_config.name}
"""

    def _group(self, group: str, programs: Sequence[Program], priority: int) -> str:
        if not programs:
            return ""
        sections = "".join(map(self._section, programs))
        names = ",".join(program.name for program in programs)
        return sections + f"\n[group:{group}]\nprograms = {names}\npriority = {priority}\n"

    def _section(self, program: Program) -> str:
        environment = ",".join(f'{key}="{value}"' for key, value in program.environment.items())
        settings = {
            "command": shlex.join(program.command),
            "directory": program.directory,
            "environment": environment.replace("%", "%%"),
            "user": program.user or "",
            "autorestart": str(program.restart).lower(),
            "startsecs": 2,
            # In practice for ever: the overseer keeps the count below this.
            "startretries": 1_000_000 if program.restart else 0,
            "stopsignal": program.stop_signal,
            "stopwaitsecs": program.stop_seconds,
            "redirect_stderr": "true",
            "stdout_logfile": self.log(program.name),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": 3,
        }
        lines = "".join(f"{key} = {value}\n" for key, value in settings.items() if value != "")
        return f"\n[program:{program.name}]\n{lines}"
