"""The services of an init with hooks or probes: exports, hook variables, notifications, reports, out-of-memory kills.

Each stands in a file of its own; this one holds them together for the supervisor. A plain init imports none of them.
"""

import os
import time

from lifeinit.engine import events as ev
from lifeinit.engine import exit_status, hook_messages, log, oom, syscalls
from lifeinit.engine import hook_events as h
from lifeinit.engine.app import RunningApp
from lifeinit.engine.env_file import LARGEST, ExportError, ExportFile
from lifeinit.engine.hook_environment import HookContext, hook_variables
from lifeinit.engine.plain_services import PlainServices
from lifeinit.engine.plan import Plan, Program
from lifeinit.engine.state_machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from signal import struct_siginfo

    from lifeinit.engine.hook_environment import Variables
    from lifeinit.engine.messages import Message
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.notify import Notifications
    from lifeinit.engine.ready_file import ReadyFile


class Services(PlainServices):
    """For one run of lifeinit."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._export: ExportFile | None = None
        self._oom_kills: int | None = None
        self._hook_oom_kills: int | None = None
        self._oom_killed = False
        self._notifications = _notifications(plan)
        self._ready = self._unwell = False
        self._ready_file = _ready_file(plan)
        if self._ready_file is not None:
            self._ready_file.remove_old()

    # The app.

    def before_start(self, process: int) -> "Variables":
        """Prepare for the start of a process; the variables that it gets. Raises OSError."""
        if process == 0:
            self._oom_kills, self._oom_killed = oom.kills(), False
            if self._plan.verbose and oom.kills_all():
                log.say(
                    "memory.oom.group is 1: an out-of-memory kill terminates lifeinit too, without post_stop",
                    level="debug",
                )
        if process == 0 and self._ready_file is not None:
            self._ready_file.app_starts()
        return () if self._notifications is None else self._notifications.prepare(process)

    def after_exit(self, process: int) -> bool:
        """The process is dead: whether the kernel has killed something for want of memory meanwhile."""
        if self._notifications is not None:
            self._notifications.close(process)
        if self._oom_kills is not None:
            self._oom_killed = (oom.kills() or 0) > self._oom_kills
        return self._oom_killed

    def before_probe(self) -> "Variables":
        """The variables that a probe gets."""
        return () if self._notifications is None else self._notifications.hidden()

    def descriptors(self) -> tuple[int, ...]:
        """The descriptors that stay open while the app runs."""
        ready_file = () if self._ready_file is None else self._ready_file.descriptors()
        sockets = () if self._notifications is None else self._notifications.descriptors()
        return (*super().descriptors(), *sockets, *ready_file)

    def is_notification(self, came: "struct_siginfo") -> bool:
        """Whether the signal says that a message waits on a notify socket."""
        return syscalls.is_of_socket(came)

    @property
    def has_unread(self) -> bool:
        """Whether messages wait on a notify socket for which no signal will come."""
        return self._notifications is not None and self._notifications.unread

    def notified(self, apps: "Mapping[int, RunningApp]", roles: "Collection[int]") -> list[ev.Event]:
        """The events that waiting messages stand for. `roles` are the pids that have a role of their own."""
        events: list[ev.Event] = []
        for process, news in () if self._notifications is None else self._notifications.read(apps):
            if news.main_pid is not None and (why := apps[process].main_is(news.main_pid, roles)):
                log.say(f"MAINPID={news.main_pid} is ignored: {why}")
            if news.status is not None:
                apps[process].status_text = news.status
            events += news.events
        return events

    # Hooks.

    def before_hook(
        self, machine: Machine, program: Program, app_pid: int | None, remaining: float | None
    ) -> "Variables":
        """Prepare for a hook; the variables that it gets. `remaining` are the seconds until it is terminated."""
        if machine.phase == "pre_start" and not machine.hook_run.asks:
            self._export = ExportFile(program.identity.user)
        context = HookContext(
            own_pid=os.getpid(),
            app_pid=app_pid,
            remaining=remaining,
            now=time.time(),
            oom_killed=self._oom_killed,
            export=None if self._export is None else self._export.path,
        )
        self._hook_oom_kills = oom.kills()
        self._report.hook_began(machine.hook_run)
        return (*self.before_probe(), *hook_variables(machine, context))

    def hook_oom_killed(self, ending: ev.Ending) -> bool:
        """Whether the hook failed and the kernel has killed something for want of memory meanwhile."""
        rose = bool(ending.status) and self._hook_oom_kills is not None and (oom.kills() or 0) > self._hook_oom_kills
        self._oom_killed = self._oom_killed or rose
        return rose

    def after_hook(self, ending: ev.Ending | None) -> "h.HookFailed | None":
        """Take what the hook has exported, if it ended well, and only then; a failure if that cannot be taken.

        None for an ending is a hook that was terminated, or never began.
        """
        export, self._export = self._export, None
        if export is None:
            return None
        try:
            if ending == ev.Ending():
                self._take(export.take(), export.is_ours)
        except ExportError as error:
            return h.hook_failed(exit_status.CONFIG, str(error))
        finally:
            export.drop()
        return None

    # What is said of it.

    def message(self, notice: "Notice", seconds: float) -> "Message":
        """The line for a notice; of a try of a hook that is over the state tells too."""
        message = hook_messages.message(notice, self._plan, seconds)
        report = notice[1]
        if report[0] == "hook_ended" or report[0] == "hook_retried":
            self._report.hook_over(report, seconds)
        return message

    def cause(self, notice: "Notice | None") -> str:
        """The sentence that says why lifeinit exits with a failure."""
        return hook_messages.cause(notice, self._plan)

    # What others may learn.

    def readiness(self, machine: Machine) -> None:
        """Publish that the app is ready, or no longer is, before anything is done about it."""
        if machine.ready == self._ready and machine.unwell == self._unwell:
            return
        if self._notifications is not None:
            self._notifications.tell_supervisor(self._upwards(machine))
        self._ready, self._unwell = machine.ready, machine.unwell
        if self._ready_file is not None:
            self._ready_file.set(self._ready)

    def _upwards(self, machine: Machine) -> bytes:
        """What the supervisor is to know. For an app that works on unhealthy no STOPPING=1: systemd would end it."""
        if machine.ready:
            return b"READY=1\nSTATUS=" if self._unwell else b"READY=1"
        if not machine.unwell:
            return b"STOPPING=1"
        process, detail = machine.app.unhealthy[-1]
        return f"STATUS={self._plan.processes[process].name} is unhealthy: {detail}".encode()

    def close(self) -> None:
        """The run is over."""
        super().close()
        if (self._ready or self._unwell) and self._notifications is not None:
            self._notifications.tell_supervisor(b"STOPPING=1")
        if self._ready_file is not None:
            self._ready_file.close()

    # Children of the services' own.

    def children(self) -> tuple[int, ...]:
        """The pids whose end is of interest."""
        return () if self._ready_file is None else self._ready_file.children()

    def child_ended(self, pid: int) -> bool:
        """A process was reaped: whether it is one of these."""
        return self._ready_file is not None and self._ready_file.child_ended(pid)

    def _take(self, text: bytes, ours: bool) -> None:
        """Export it to the app, and to hooks if a hook that runs as lifeinit wrote it: PATH decides what runs."""
        if not text:
            return
        from lifeinit.engine import env_text, exec_limits  # noqa: PLC0415  # before the app lives, for those who export

        variables = env_text.parse(text)
        exported = {**self.exported, **variables}
        trusted = {**self.trusted, **variables} if ours else self.trusted
        if sum(len(name) + len(value) for name, value in exported.items()) > LARGEST or len(exported) > env_text.MOST:
            raise ExportError(
                f"LIFEINIT_ENV: the exports of all hooks are more than {env_text.MOST} variables or {LARGEST} bytes"
            )
        problem = exec_limits.problem(self._plan, exported, trusted)
        if problem:
            raise ExportError(f"LIFEINIT_ENV holds too much: {problem}")
        self.exported, self.trusted = exported, trusted


def _notifications(plan: Plan) -> "Notifications | None":
    """None where the app's readiness and health are no one's concern."""
    if all(process.ready is None and process.alive is None for process in plan.processes):
        return None
    from lifeinit.engine.notify import Notifications  # noqa: PLC0415

    return Notifications(plan)


def _ready_file(plan: Plan) -> "ReadyFile | None":
    if plan.ready_file is None:
        return None
    from lifeinit.engine.ready_file import ReadyFile  # noqa: PLC0415

    return ReadyFile(plan.ready_file)
