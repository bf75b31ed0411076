"""What others may learn of the life inside: the state file, the ready file, and whoever supervises lifeinit itself."""

import errno
import os
import time

from lifeinit.engine import log, notify
from lifeinit.engine.app import RunningApp
from lifeinit.engine.events import Say
from lifeinit.engine.hook import HookRun
from lifeinit.engine.plan import Plan
from lifeinit.engine.printable import quote
from lifeinit.engine.signals import name_of
from lifeinit.engine.state import StateFile, replace_in
from lifeinit.engine.state_machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifeinit.engine.json_text import Json

_LAST = 20  # hooks that are told of

_RESULTS = {
    "hook_ok": "ok",
    "hook_failed": "failed",
    "hook_retry": "failed",
    "hook_timed_out": "timed out",
    "hook_ended": "ended",
}


class Report:
    """Writes only where something has changed. A plain init, which reports to nobody, has none."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._file = StateFile(plan.run_directory, os.getpid())
        self._supervisor = _supervisor(plan)
        self._started = self._since = time.time()
        self._phase = ""
        self._hooks: list[dict[str, Json]] = []
        self._pids: dict[int, tuple[int | None, float]] = {}  # and since when each process has been that, or gone
        self._ready = False
        self._last: tuple[object, ...] = ()
        self._place: int | None = None  # the ready file's directory
        self.prepare()

    def prepare(self) -> None:
        """Before a life's app exists: it could else put a link in the place of the ready file's directory."""
        if self._plan.ready_file is None:
            return
        if self._place is None:
            try:
                self._place = os.open(os.path.dirname(self._plan.ready_file), os.O_RDONLY | os.O_DIRECTORY)
            except OSError:
                return  # told when it is to be written
        self._remove_ready_file()

    def descriptors(self) -> tuple[int, ...]:
        return () if self._place is None else (self._place,)

    def hook_began(self, run: HookRun) -> None:
        """A try of a hook has begun."""
        name = run.hook.name if run.hook else ""
        self._add(phase=run.phase, hook=name, attempt=run.attempt, result="running")

    def hook_told(self, said: Say, attempt: int, seconds: float) -> None:
        """A line was said about a hook: perhaps that a try of it is over."""
        result = _RESULTS.get(said.event)
        if result is None:
            return
        if self._hooks and self._hooks[-1]["result"] == "running":
            attempt = int(str(self._hooks.pop()["attempt"]))  # the machine may have counted the next one already
        taken = round(seconds, 3)
        self._add(phase=said.phase, hook=said.hook, attempt=attempt, result=result, code=said.code, seconds=taken)

    def _add(self, **known: "Json") -> None:
        entry: dict[str, Json] = {"code": None, "signal": None, "seconds": None, "at": round(time.time(), 3)}
        self._hooks = [*self._hooks[-_LAST + 1 :], {**entry, **known}]

    def readiness(self, machine: Machine) -> None:
        """Say that the app is ready, or is not any more: before anything is done about it."""
        if machine.ready != self._ready:
            self._ready = machine.ready
            self._tell_readiness()

    def update(self, machine: Machine, apps: "Mapping[int, RunningApp]") -> None:
        """Write the state down, if anything in it is new."""
        living = tuple((process, app.pid, app.status_text) for process, app in apps.items())
        of_machine = (machine.phase, machine.ready, machine.unready, machine.reason, machine.restarts, machine.status)
        if (living, of_machine, self._hooks) == self._last:
            return
        if machine.phase != self._phase:
            self._phase, self._since = machine.phase, time.time()
        self._last = (living, of_machine, self._hooks)
        self._file.write(self._state(machine, apps))

    def close(self) -> None:
        """The life is over."""
        if self._ready:
            self._ready = False
            self._tell_readiness()
        self._file.remove()

    def _tell_readiness(self) -> None:
        if self._supervisor is not None:
            notify.tell(self._supervisor, b"READY=1" if self._ready else b"STOPPING=1")
        if self._plan.ready_file is None:
            return
        if not self._ready:
            self._remove_ready_file()
            return
        try:
            place = self._place
            if place is None:
                raise FileNotFoundError(errno.ENOENT, "its directory was not there when the app started")
            replace_in(place, os.path.basename(self._plan.ready_file), b"ready\n")
        except OSError as error:
            log.say(f"cannot write the ready file {quote(self._plan.ready_file)}: {error.strerror}")

    def _remove_ready_file(self) -> None:
        if self._place is None or self._plan.ready_file is None:
            return
        try:
            os.unlink(os.path.basename(self._plan.ready_file), dir_fd=self._place)
        except OSError:
            pass  # it is not there

    def _state(self, machine: Machine, apps: "Mapping[int, RunningApp]") -> "dict[str, Json]":
        return {
            "version": 1,
            "pid": os.getpid(),
            "phase": machine.phase,
            "since": round(self._since, 3),
            "started": round(self._started, 3),
            "ready": machine.ready,
            "reason": machine.reason,
            "signal": name_of(machine.stop_signo) if machine.stop_signo else None,
            "restarts": machine.restarts,
            "exit_status": machine.status,
            "processes": [self._process(machine, i, apps.get(i)) for i in range(len(self._plan.processes))],
            "hooks": list(self._hooks),
        }

    def _process(self, machine: Machine, index: int, app: RunningApp | None) -> "dict[str, Json]":
        pid = None if app is None else app.pid
        if self._pids.get(index, (0, 0.0))[0] != pid:
            self._pids[index] = (pid, round(time.time(), 3))
        return {
            "name": self._plan.processes[index].name,
            "pid": pid,
            "since": self._pids[index][1],
            "ready": app is not None and machine.app == "alive" and index not in machine.unready,
            "status": "" if app is None else app.status_text,
        }


def _supervisor(plan: Plan) -> bytes | None:
    """The socket of whoever started lifeinit, where lifeinit itself knows when it is ready. sd_notify(3)"""
    address = os.environb.get(b"NOTIFY_SOCKET")
    knows = any(process.ready is not None for process in plan.processes)
    return address if address and knows else None
