"""The state that lifeinit publishes for `status` and `health`: made when it is new, in a sealed file in memory."""

import os
import time

from lifeinit.engine import proc_stat, syscalls
from lifeinit.engine.json_text import dumps
from lifeinit.engine.signals import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifeinit.engine.app import RunningApp
    from lifeinit.engine.hook import HookRun
    from lifeinit.engine.hook_events import HookEnded, HookRetried
    from lifeinit.engine.json_text import Json
    from lifeinit.engine.plan import Plan, Ready
    from lifeinit.engine.state_machine import Machine

NAME = "lifeinit-state"
_MOST_TRIES = 20  # of hooks, the latest

# By their numbers: that Python has their names depends on the C library that it was built with.
_CLOEXEC, _ALLOW_SEALING, _NOEXEC_SEAL = 1, 2, 8  # memfd_create(2)
_F_ADD_SEALS, _EVERY_SEAL = 1033, 0b1111  # seal, shrink, grow, write. fcntl(2)


class StateMemory:
    """The state of this process. Nothing makes it raise or wait: it needs no file system, and no right to write.

    Each write seals a new memory file and puts it in the old one's place, under the same descriptor. So a reader has
    the old state or the new one, whole, and no other process can change what it reads, not even as the same user.

    Why not one file with a length or a checksum: a reader would have to try again, and it could not be sealed.
    """

    def __init__(self) -> None:
        self._fd: int | None = None
        own = proc_stat.read(os.getpid())
        self._starttime = None if own is None else own.started

    def write(self, state: "dict[str, Json]") -> None:
        """Publish this state instead of the last one.

        `starttime` is added to it: with the pid it identifies this process, whatever the wall clock does. proc(5)
        """
        try:
            new = _sealed(dumps({**state, "starttime": self._starttime}).encode())
        except (OSError, AttributeError, ImportError):  # a seccomp profile forbids it, or no descriptor is left
            self.close()  # no state is better than an outdated one
            return
        if self._fd is None:
            self._fd = new
        else:
            os.dup2(new, self._fd, inheritable=False)  # at once for every reader. dup3(2)
            os.close(new)

    def close(self) -> None:
        """Publish nothing any more."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def descriptors(self) -> tuple[int, ...]:
        """The descriptor that readers look for, while there is a state."""
        return () if self._fd is None else (self._fd,)


def _sealed(text: bytes) -> int:
    """A memory file that holds this text for ever. Raises OSError, else what a Python raises that cannot."""
    import fcntl  # noqa: PLC0415  # no other part of a plain init needs it

    try:
        fd = os.memfd_create(NAME, _CLOEXEC | _NOEXEC_SEAL)
    except OSError:
        fd = os.memfd_create(NAME, _CLOEXEC | _ALLOW_SEALING)  # a kernel before 6.3
    try:
        whole = os.write(fd, text) == len(text)  # RLIMIT_FSIZE counts memory files too
        fcntl.fcntl(fd, _F_ADD_SEALS, _EVERY_SEAL)
    except OSError:
        whole = False
    if not whole:
        os.close(fd)
        raise OSError(syscalls.IO_ERROR, os.strerror(syscalls.IO_ERROR))
    return fd


class Report:
    """Written only where something has changed."""

    def __init__(self, plan: "Plan") -> None:
        self._plan = plan
        self._memory = StateMemory()
        self._started = self._since = time.time()
        self._phase = ""
        self._hooks: list[dict[str, Json]] = []
        self._pids: dict[int, tuple[int | None, float]] = {}  # and since when each process has been that, or gone
        self._alive: dict[int, tuple[bool | None, float]] = {}  # and since when
        self._last: tuple[object, ...] = ()

    def descriptors(self) -> tuple[int, ...]:
        """The descriptor that holds the state."""
        return self._memory.descriptors()

    def hook_began(self, run: "HookRun") -> None:
        """A try of a hook has begun, or after its `unless` the hook itself."""
        self._drop_running()
        name, file = (run.hook.name, run.hook.file) if run.hook else ("", "")
        self._add(phase=run.phase, hook=name, file=file or None, attempt=run.attempt, result="running")

    def hook_over(self, report: "HookEnded | HookRetried", seconds: float) -> None:
        """A try of a hook is over; a sleep has no other entry."""
        self._drop_running()
        _, phase, index, attempt, outcome, *_ = report
        hook = self._plan.hooks(phase)[index]
        self._add(
            phase=phase,
            hook=hook.name,
            file=hook.file or None,
            attempt=attempt,
            result=outcome.result.replace("_", " "),
            code=outcome.status,
            seconds=round(seconds, 3),
        )

    def _drop_running(self) -> None:
        if self._hooks and self._hooks[-1]["result"] == "running":
            self._hooks = self._hooks[:-1]

    def _add(self, **known: "Json") -> None:
        entry: dict[str, Json] = {"code": None, "signal": None, "seconds": None, "at": round(time.time(), 3)}
        self._hooks = [*self._hooks[-_MOST_TRIES + 1 :], {**entry, **known}]

    def update(self, machine: "Machine", apps: "Mapping[int, RunningApp]") -> None:
        """Publish the state, if anything in it is new."""
        # Why no tuple of a generator: it is made too large and cut, and CPython keeps 2,000 of what it cuts: 88 kB.
        living = [(process, app.pid, app.status_text) for process, app in apps.items()]
        verdict = machine.verdict
        of_app = (machine.app.unready, machine.app.asked, machine.app.unhealthy)
        of_machine = (machine.phase, machine.ready, of_app, verdict.reason, verdict.status)
        if (living, of_machine, self._hooks) == self._last:
            return
        if machine.phase != self._phase:
            self._phase, self._since = machine.phase, time.time()
        self._last = (living, of_machine, self._hooks)
        self._memory.write(self._state(machine, apps))

    def close(self) -> None:
        """The run is over."""
        self._memory.close()

    def _state(self, machine: "Machine", apps: "Mapping[int, RunningApp]") -> "dict[str, Json]":
        return {
            "version": 1,
            "pid": os.getpid(),
            "phase": machine.phase,
            "since": round(self._since, 3),
            "started": round(self._started, 3),
            "ready": machine.ready,
            "reason": machine.verdict.reason,
            "signal": name_of(machine.verdict.stop_signo) if machine.verdict.stop_signo else None,
            "restarts": machine.restart_count,
            "exit_status": machine.verdict.status,
            "processes": [self._process(machine, i, apps.get(i)) for i in range(len(self._plan.processes))],
            "hooks": list(self._hooks),
        }

    def _process(self, machine: "Machine", index: int, app: "RunningApp | None") -> "dict[str, Json]":
        pid = None if app is None else app.pid
        if self._pids.get(index, (0, 0.0))[0] != pid:
            self._pids[index] = (pid, round(time.time(), 3))
        serves = app is not None and machine.app.state == "alive" and index not in machine.app.unready
        detail = dict(machine.app.unhealthy).get(index)
        is_known = detail is not None or (app is not None and index in machine.app.asked)
        alive = detail is None if is_known else None
        if self._alive.get(index, (0, 0.0))[0] != alive:
            self._alive[index] = (alive, round(time.time(), 3))
        return {
            "name": self._plan.processes[index].name,
            "pid": pid,
            "since": self._pids[index][1],
            "ready": serves and detail is None,
            "status": "" if app is None else app.status_text,
            "alive": alive,
            "alive_since": None if alive is None else self._alive[index][1],
            "alive_detail": detail,
            "probe": _probe(self._plan.processes[index].ready),
        }


def _probe(ready: "Ready | None") -> "Json":
    """The target that `health` can try anew, as it is written. Whoever shows it hides its user info and query."""
    if ready is None or ready.program is None or ready.program.module is None or ready.file is not None:
        return None
    argv = [os.fsdecode(word) for word in ready.program.argv]
    options = argv[: argv.index("--")]
    if "--command" in options:
        return None
    return {"target": argv[-1], "insecure": "--insecure" in options}
