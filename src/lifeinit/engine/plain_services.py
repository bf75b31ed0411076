"""What the supervisor asks of its services, answered for a plain init, which publishes its state and needs no more."""

import time

from lifeinit.engine import events as ev
from lifeinit.engine import log, messages
from lifeinit.engine.messages import Message
from lifeinit.engine.signals import name_of
from lifeinit.engine.state import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from signal import struct_siginfo

    from lifeinit.engine.app import RunningApp
    from lifeinit.engine.children import Children
    from lifeinit.engine.events import Actions
    from lifeinit.engine.hook_environment import Variables
    from lifeinit.engine.hook_events import HookFailed
    from lifeinit.engine.json_text import Json
    from lifeinit.engine.notices import Notice
    from lifeinit.engine.plan import Plan, Program
    from lifeinit.engine.state_machine import Machine


class PlainServices:
    """A null object, and the base of the services for a plan that has more than the app.

    `exported` is what pre_start hooks have exported, from life to life; `trusted` that part of it which was written by
    hooks that run as lifeinit itself.
    """

    def __init__(self, plan: "Plan") -> None:
        self._plan = plan
        self.exported: dict[bytes, bytes] = {}
        self.trusted: dict[bytes, bytes] = {}
        self._report = Report(plan)
        self._last_line = ""

    # The app.

    def before_start(self, process: int) -> "Variables":
        """Prepare for the start of a process; the variables that it gets. Raises OSError."""
        return ()

    def after_exit(self, process: int) -> bool:
        """The process is dead: whether the kernel has killed something for want of memory meanwhile."""
        return False

    def before_probe(self) -> "Variables":
        """The variables that a probe gets."""
        return ()

    def descriptors(self) -> tuple[int, ...]:
        """The descriptors that stay open while the app runs."""
        return self._report.descriptors()

    # Notifications.

    def is_notification(self, came: "struct_siginfo") -> bool:
        """Whether the signal says that a message waits on a notify socket."""
        return False

    @property
    def has_unread(self) -> bool:
        """Whether messages wait on a notify socket for which no signal will come."""
        return False

    def notified(self, apps: "Mapping[int, RunningApp]", roles: "Collection[int]") -> list[ev.Event]:
        """The events that waiting messages stand for. `roles` are the pids that have a role of their own."""
        return []

    # Hooks.

    def before_hook(
        self, machine: "Machine", program: "Program", app_pid: int | None, remaining: float | None
    ) -> "Variables":
        """Prepare for a hook; the variables that it gets. `remaining` are the seconds until it is terminated."""
        return ()

    def hook_oom_killed(self, ending: ev.Ending) -> bool:
        """Whether the hook failed and the kernel has killed something for want of memory meanwhile."""
        return False

    def after_hook(self, ending: ev.Ending | None) -> "HookFailed | None":
        """The hook is over. Its failure, where what it has exported cannot be taken.

        None for an ending is a hook that was terminated, or never began.
        """
        return None

    # What is said of it.

    def message(self, notice: "Notice", seconds: float) -> Message:
        """The line for a notice. `seconds` is how long what it is about, the hook or the app, has run."""
        return messages.message(notice, self._plan)

    def cause(self, notice: "Notice | None") -> str:
        """The sentence that says why lifeinit exits with a failure."""
        return messages.cause(notice, self._plan)

    def report(self, notice: "Notice", children: "Children") -> None:
        """Write the line of a notice."""
        seconds = time.monotonic() - children.began(notice)
        message = self.message(notice, seconds)
        self._last_line = message.text
        if self._plan.plain and not message.urgent and message.level != "error":
            return
        process = message.process
        of_app = 0 if process is None else children.app_pids.get(process, 0)
        pid = children.hook_pid if message.hook else of_app
        facts: dict[str, Json] = {
            "phase": message.phase,
            "hook": message.hook,
            "process": None if process is None else self._plan.processes[process].name,
            "pid": pid or None,
            "code": message.code,
            "signal": name_of(message.signo) if message.signo else None,
            "seconds": round(seconds, 3) if message.hook or process is not None else None,
        }
        log.say(message.text, message.event, message.level, facts)

    def report_exit(self, status: int, why: str) -> None:
        """Say why lifeinit exits with a failure, unless the last line has said it."""
        text = f"exit status {status}: {why}"
        if not self._plan.plain and self._last_line != why:
            log.say(text, "exit", "info", {"code": status})
        log.leave_word(text)

    @staticmethod
    def report_signal(came: "struct_siginfo", actions: "Actions") -> None:
        """With -v: who sent a signal, and what the app got for it."""
        sent = ", ".join(f"SIG{name_of(action[2])}" for action in actions if action[0] == "signal_app")
        where = f"{sent} to the app" if sent else "nothing to the app"
        text = f"SIG{name_of(came.si_signo)} from pid {came.si_pid}, uid {came.si_uid}: {where}"
        log.say(text, "signal", "debug", {"signal": name_of(came.si_signo), "pid": came.si_pid})

    # What others may learn.

    def readiness(self, machine: "Machine") -> None:
        """Publish that the app is ready, or no longer is, before anything is done about it."""

    def update(self, machine: "Machine", apps: "Mapping[int, RunningApp]") -> None:
        """Publish the state, if anything in it is new."""
        self._report.update(machine, apps)

    def close(self) -> None:
        """The run is over."""
        self._report.close()

    # Children of the services' own.

    def children(self) -> tuple[int, ...]:
        """The pids whose end is of interest."""
        return ()

    def child_ended(self, pid: int) -> bool:
        """A process was reaped: whether it is one of these."""
        return False
