"""The local stack of one data folder: start it, await it, hurt it, stop it."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from deploy.local import (
    account,
    door_roles,
    orphans,
    private_file,
    providers,
    readiness,
    service_programs,
    status,
)
from deploy.local.databases import address
from deploy.local.exclusive import exclusive, run
from deploy.local.issuer import DevelopmentIssuer
from deploy.local.kafka import KafkaSource
from deploy.local.plan import Plan, Program, StackError, safe_path
from deploy.local.ports import Ports, Record
from deploy.local.supervision import SERVICES, ProgramState, Supervisor

Say = Callable[[str], None]


class Stack:
    """Kafka, PostgreSQL and a plan's services as supervised processes; every method may be called again."""

    def __init__(
        self, data: Path = Path(".fengqiao"), plan: Plan | None = None, say: Say = lambda _line: None
    ) -> None:
        self.data = safe_path(data)
        self.plan = plan or Plan()
        self._say = say
        self._supervisor = Supervisor(self.data)
        self._record = Record(self.data)

    def start(self) -> None:
        """Start what does not run, down to migrated databases; an error leaves nothing of ours running."""
        if missing := self.plan.missing_files():
            raise StackError(f"no such file: {', '.join(map(str, missing))}")
        self.data.mkdir(parents=True, exist_ok=True)
        with exclusive(self.data):
            self._record.remember()  # from here on the folder is one of ours
            launched = not self.running()
            try:
                if launched:
                    self._launch()
                self._refuse_other_plan()
                self._bring_up()
            except BaseException:
                if launched:
                    self._shut_down()
                raise

    def wait_ready(self, timeout: float = 120) -> None:
        """Return once every service answers ready; else say which does not, and its last lines."""
        names = [instance.name for instance in self.plan.instances()]
        probes = {name: self.port(f"{name}-probe") for name in names}
        readiness.wait(probes, self._supervisor.log, timeout, self._say)

    def stop(self, *, wipe: bool = False) -> None:
        """Stop services, then providers, then the supervisor; ``wipe`` removes the data folder as well.

        What is wiped is cut off: nobody waits for batches and checkpoints of data that nobody will see again.
        A folder no stack was ever started in is not wiped: whatever it holds is not ours.
        """
        if not self.data.is_dir():
            return
        if wipe and not self._record.exists() and any(self.data.iterdir()):
            raise StackError(f"{self.data} holds something else than a stack; it is not removed")
        with exclusive(self.data):
            if wipe:
                self._cut_off()
            else:
                self._shut_down()
        if wipe:
            shutil.rmtree(self.data)
            shutil.rmtree(account.outside_folder(self.data), ignore_errors=True)

    def running(self) -> bool:
        """Whether a supervisor holds this data folder."""
        return self._supervisor.alive()

    def orphans(self) -> list[str]:
        """Processes of this stack that run on although its supervisor has died."""
        return [] if self.running() else orphans.running(self.data, account.clusters(self.data))

    def programs(self) -> dict[str, ProgramState]:
        """Every program of the running stack by name; none if it does not run."""
        return self._supervisor.states() if self.running() else {}

    def pid(self, name: str) -> int:
        """The process id of a program; 0 while it does not run."""
        return self._state(name).pid

    def kill(self, name: str) -> int:
        """Kill -9 a program, which its supervisor will start again; answers the process id it had."""
        pid = self.pid(name)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return pid

    def stop_program(self, name: str) -> None:
        """Stop one program, in order, until it is started again."""
        self._supervisor.stop(name, self._state(name).group)

    def start_program(self, name: str) -> None:
        """Start one program; it is ready some time later."""
        self._supervisor.start(name, self._state(name).group)

    def status(self) -> list[status.ProcessStatus]:
        """State and cost of every program."""
        ports: dict[str, int] = self._record.read().get("ports", {})
        doors = {name: status.Doors(ports.get(name), ports.get(f"{name}-probe")) for name in self.programs()}
        return status.measure(list(self.programs().values()), doors)

    def log(self, name: str) -> Path:
        """The log file of a program."""
        return self._supervisor.log(name)

    def port(self, purpose: str) -> int:
        """A port by program name, for probes ``<name>-probe``."""
        port: int | None = self._record.read().get("ports", {}).get(purpose)
        if port is None:
            raise StackError(f"{purpose} has no port in {self.data}; start it first (fengqiao up)")
        return port

    def url(self, name: str) -> str:
        """The address of a service's HTTP door."""
        return f"http://127.0.0.1:{self.port(name)}"

    @property
    def kafka(self) -> str:
        """The bootstrap address of Kafka."""
        return self._address("kafka")

    def postgres(self, database: str = "postgres") -> str:
        """The DSN of a database, such as ``routing_village``."""
        return address(self._address("postgres"), database)

    @property
    def policy(self) -> Path:
        """The policy file the services of this folder were started with."""
        return Path(self._address("policy"))

    @property
    def signs_in(self) -> bool:
        """Whether the services of this folder were started so that callers need tokens."""
        return bool(self._record.read().get("sign_in"))

    @property
    def vault_key_file(self) -> Path:
        """The 32 bytes that open the personal-data vault of this data folder."""
        return self.data / "vault.key"

    def _address(self, of: str) -> str:
        found: str | None = self._record.read().get(of)
        if found is None:
            raise StackError(f"{self.data} knows no address of {of}; start it first (fengqiao up)")
        return found

    def _state(self, name: str) -> ProgramState:
        programs = self.programs()
        if name not in programs:
            raise StackError(f"no program {name} here; there are: {', '.join(sorted(programs)) or 'none'}")
        return programs[name]

    def _launch(self) -> None:
        self._stop_orphans()
        ports = Ports(self.data, self._record)
        service_programs.reserve(self.plan, ports)
        kafka, postgres = providers.prepare(self.data, ports, self._say)
        private_file.write_once(self.vault_key_file, lambda: os.urandom(32))
        mock = kafka.source is KafkaSource.MOCK
        policy = str(self.plan.policy.resolve())
        self._record.remember(
            kafka=kafka.bootstrap,
            postgres=postgres.dsn,
            plan=repr(self.plan),
            mock=mock,
            policy=policy,
            sign_in=self.plan.sign_in,
        )
        self._say("starting the supervisor, Kafka and PostgreSQL")
        self._supervisor.launch([provider.program for provider in (kafka, postgres) if provider.program])

    def _refuse_other_plan(self) -> None:
        if self._record.read().get("plan") != repr(self.plan):
            raise StackError(f"{self.data} runs with other choices; stop it first (fengqiao down)")

    def _bring_up(self) -> None:
        mock = bool(self._record.read().get("mock"))
        for state in self.programs().values():
            if mock and state.name == "kafka" and not state.pid:
                raise StackError(
                    "the mock Kafka has died, and all it held; start afresh: fengqiao down, then up"
                )
            self._supervisor.start(state.name, state.group)
        if not self.kafka:  # the mock cluster, whose address is known only once it runs
            self._record.remember(kafka=providers.mock_address(self.data))
        at = providers.KafkaAt(self.kafka, mock)
        run(providers.fill(at, self._address("postgres"), self.plan, self._say, self._doors))
        if self.plan.instances() and not any(state.group == SERVICES for state in self.programs().values()):
            self._supervisor.add_services(self._services())
            self._say("starting the services")

    def _services(self) -> list[Program]:
        ports = Ports(self.data, self._record)
        addresses = service_programs.Addresses(self.kafka, self._address("postgres"), self._doors)
        plan = self.plan
        if plan.sign_in:
            plan = service_programs.signing_in(plan, DevelopmentIssuer(self.data).begin())
        return service_programs.build(plan, ports, addresses, self.vault_key_file)

    @property
    def _doors(self) -> str | None:
        """The password of the doors' own roles; None where nobody signs in, and so nobody's area is known."""
        return door_roles.password(self.data) if self.plan.sign_in else None

    def _shut_down(self) -> None:
        if self.running():
            self._say("stopping services, then Kafka and PostgreSQL")
            orphans.wait_gone(self._supervisor.shutdown(), timeout=90)
        self._stop_orphans()

    def _cut_off(self) -> None:
        if self.running():
            orphans.cut_off(self._supervisor.pid())
        orphans.stop(self.data, account.clusters(self.data), at_once=True)

    def _stop_orphans(self) -> None:
        if left := orphans.stop(self.data, account.clusters(self.data)):
            self._say(f"stopped processes left by an earlier run: {', '.join(left)}")
