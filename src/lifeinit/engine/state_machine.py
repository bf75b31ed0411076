"""The lifecycle of one container as a state machine. Knows roles and timers, never pids or clocks."""

# Why no docstring: it would stay in memory, 4 kB of it.
#
#     pre_start -> starting -> running -> pre_stop -> stopping -> cleanup -> post_stop -> exit
#         ^                                                                      |
#         +------------------------------- waiting <-----------------------------+   (restart)
#
# What each event does in each state. `->` is the next state, "end" ends the hook that runs, "-" changes nothing, "!"
# cannot happen.
#
#                    pre_start    starting     running      pre_stop     stopping     cleanup    post_stop  waiting
#   stop request     end->clean 1 end->pre_st 2 end->pre_st one line 3   forward 4    budget     budget     ->exit
#   other signal     -  5         forward      forward      forward      forward      -          -          -
#   started, failed  !            ->running 6  !            !            !            !          !          !
#   ready, not ready !            ->running 7  !            !            !            !          !          !
#   unhealthy 14     -            -            end->pre_st  -            -            -          -          -
#   app exited       !            end->clean 8 end->clean 8 ->clean 9    ->cleanup    !          !          !
#   hook over        next->start  !            next         next->stop   (ended) 10   !          next->exit !
#   reserve reached  kill hook    kill app     kill app     end->stop 11 kill app     SIGKILL    -          -
#   budget used up   kill hook    kill app     kill app     kill app     kill app     SIGKILL 12 cut->exit  -
#   nothing left     -            -            -            -            -            ->post_st  -          -
#   internal error   end->clean   ->stopping   ->stopping   ->stopping   -            -          next 13    ->exit
#
#    1  The app never starts, even if the hook exits 0. A second request changes nothing but that the budget starts.
#    2  While an exec is to be answered, the request waits for the answer: `started` then goes to pre_stop.
#    3  Kubernetes repeats its SIGTERM. Only a second SIGINT or SIGQUIT ends the hook and skips the rest -> stopping.
#    4  Celery and uvicorn escalate on a second one.
#    5  The signal's default action would end the hook.
#    6  With several processes the next one starts; running begins when all are ready. Where one cannot run, those that
#       do are stopped, without pre_stop.
#    7  What comes after the process was ready, or while it is being stopped, is dropped.
#    8  With several processes the others are stopped, without pre_stop; cleanup begins with the last exit.
#    9  A hook that is a command may be what stopped the app: it runs to its end. The rest is skipped.
#   10  A hook that was ended may outlast the state that it ran in. Cleanup waits for it.
#   11  The app was not asked to stop yet: it gets its signal, and as its time the one that was reserved for cleanup.
#   12  What is left has no time any more: SIGKILL, and no post_stop hook begins.
#   13  The hook that is ended has had its turn.
#   14  Only where `alive` watches a process, and what it does about it is not to warn: see alive.py.
#
# Signals in exit, and a timer that runs down after its cause is gone, change nothing.

from lifeinit.engine import events as ev
from lifeinit.engine import exit_status
from lifeinit.engine import notices as n
from lifeinit.engine.budget import EXIT_TIME, OWN_STOP_LIMIT
from lifeinit.engine.signals import number_of
from lifeinit.engine.states import States

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.events import Actions

_KILL = number_of("KILL") or 0


class Machine(States):
    """`handle` takes one event and returns the actions to take, in order. It never raises.

    By itself it is the machine of an app without hooks; what they add is in hook_machine.py, by the same table.
    """

    def handle(self, event: ev.Event) -> "Actions":  # a table
        """One event."""
        match event:
            case ("signal_received", signo) if signo in self.stop_signals:
                return self._stop_requested(signo)
            case ("signal_received", signo):
                return [*self._signal_for_app(signo)]
            case ("begin",):
                return self._next_hook("pre_start") if self.phase == "pre_start" else []
            case ("started", process):
                return self._started(process)
            case ("start_failed", process, status, detail):
                return self._start_failed(process, status, detail)
            case ("app_exited", process, ending, oom_killed):
                return self._app_exited(process, ending, oom_killed)
            case ("elapsed", timer, _):
                return self._elapsed(timer)
            case ("nothing_left",):
                return self._enter_post_stop() if self.phase == "cleanup" else []
            case ("fault",):
                return self._internal_error()
            case _:
                return []  # of hooks, `ready` and `alive`: see hook_machine.py and alive.py

    # Signals.

    def forwarded(self, signo: int) -> "list[ev.SignalApp] | None":
        """What `handle` answers to a signal that is the app's alone, and changes nothing; None for a stop request."""
        return None if signo in self.stop_signals else self._signal_for_app(signo)

    def _signal_for_app(self, signo: int) -> "list[ev.SignalApp]":
        """Any other signal: the app's, if there is one."""
        match self.phase:
            case "starting" | "running" | "pre_stop" | "stopping":
                return self.app.forward(signo)
            case "pre_start" | "cleanup" | "post_stop" | "waiting" | "exit":
                return []  # there is no app

    def _stop_requested(self, signo: int) -> "Actions":
        """The first one begins the stop; what a later one does depends on the state."""
        self.stop_requested = True
        match self.phase:
            case "starting" if self.app.state != "alive":
                # The exec is answered before the next signal is read, so this waits for one answer only.
                return [] if self.verdict.reason else self._begin_stop(signo)
            case "starting" | "running" if self.app.state == "dead":
                return self.budget.start(self.phase)
            case "starting" | "running":
                return [*self._begin_stop(signo), *self._enter_pre_stop()]
            case "stopping":
                return [*self.app.forward(signo)]
            case "cleanup" | "post_stop":
                return self.budget.start(self.phase)
            case "pre_start" | "pre_stop" | "waiting" | "exit":
                return []  # a hook runs, or none of these lasts

    def _begin_stop(self, signo: int) -> "Actions":
        """The first stop request of a life: the budget starts."""
        self.verdict.stop_requested(signo)
        timers = self.budget.start(self.phase)
        return [n.stop_requested(signo, self.budget.limit), *timers]

    # The app.

    def _started(self, process: int) -> "Actions":
        """An exec succeeded: the next process, or what the app being alive begins."""
        following = self.app.started(process)
        if following is not None:
            return [ev.start_app(following)]
        if self.verdict.reason:
            return self._enter_pre_stop()
        return self._begin_probes() or self._enter_running()

    def _start_failed(self, process: int, status: int, detail: str) -> "Actions":
        """A process cannot run: those that were started before it are stopped."""
        notice = n.app_not_started(process, status, detail)
        self.verdict.start_failed("start_failed", status, notice, process)
        if not self.app.running:
            return [notice, *self._enter_cleanup()]
        self.app.state = "alive"
        return [notice, *self.budget.start(self.phase, unset=OWN_STOP_LIMIT), *self._enter_stopping()]

    def _app_exited(self, process: int, ending: ev.Ending, oom_killed: bool) -> "Actions":
        """A process of the app is dead and reaped; with the last one the app is."""
        success = ending.status in self.plan.processes[process].success and ending.status != 0
        notice = n.app_ended(process, ending, success, oom_killed)
        self.verdict.exited(process, ending, 0 if success else ending.status, notice)
        gone: Actions = [notice, *self.app.exited(process)]
        ended = self._end_hook(app_is_gone=True)
        if self.app.state == "dead":
            return [*gone, ev.disarm("lost"), *ended, *self._advance()]
        match self.phase:
            case "starting" | "running" | "pre_stop":
                # Where a stop was requested its limit is the user's, also if there is none.
                own = None if self.verdict.reason == "signal" else OWN_STOP_LIMIT
                timers = self.budget.start(self.phase, unset=own)
                return [*gone, *self._end_probes(), *timers, *ended, *self._enter_stopping()]
            case "pre_start" | "stopping" | "cleanup" | "post_stop" | "waiting" | "exit":
                return gone  # the others are being stopped already

    # Time.

    def _elapsed(self, timer: "ev.Timer") -> "Actions":  # a table
        """A timer has run down."""
        match timer:
            case "reserve":
                return self._reserve_reached()
            case "budget":
                return self._budget_used_up()
            case "cleanup":
                return self._cleanup_over()
            case "lost":
                return self._app_lost()
            case _:
                return []  # see hook_machine.py and alive.py

    def _reserve_reached(self) -> "Actions":
        """The rest of the budget is reserved for cleanup and post_stop."""
        match self.phase:
            case "pre_start" | "starting" | "running" | "pre_stop" | "stopping":
                self.budget.reserve_reached()
                return [*self._kill_app(), *self._kill_hook()]
            case "cleanup":
                return self._cleanup_over()
            case "post_stop" | "waiting" | "exit":
                return []

    def _budget_used_up(self) -> "Actions":
        """No time is left but for the exit itself."""
        self.budget.used_up = True
        match self.phase:
            case "cleanup":
                return self._enter_cleanup()
            case "pre_start" | "starting" | "running" | "pre_stop" | "stopping":
                # The reserve came first, so SIGKILL was sent, unless cleanup lent the app its time.
                lost = self._app_lost() if self.app.state == "killed" else self._kill_app()
                return [*lost, *self._kill_hook(EXIT_TIME)]
            case "post_stop" | "waiting" | "exit":
                return []  # a hook runs, or no budget does

    def _app_lost(self) -> "Actions":
        """SIGKILL could not end it: it is given up, and counts as killed."""
        if self.app.state != "killed":
            return []
        actions: Actions = []
        for process in self.app.running:
            actions += [ev.forget_app(process), *self._app_exited(process, ev.Ending(signo=_KILL), False)]
        return actions

    # lifeinit itself.

    def _internal_error(self) -> "Actions":
        """What lifeinit was doing is unknown: the app is stopped, and the life goes on to its end."""
        self.verdict.internal_error(exit_status.SOFTWARE, n.internal_error())
        self.stop_requested = True
        match self.phase:
            case "starting" if not self.app.running:
                return self._enter_cleanup()  # the app may live: cleanup ends it
            case "starting" | "running" | "pre_stop" if self.app.running:
                self.app.state = "alive"  # also where not every process was started
                timers = self.budget.start(self.phase, unset=OWN_STOP_LIMIT)
                return [*self._end_probes(), *timers, *self._end_hook(), *self._enter_stopping()]
            case "post_stop":
                if not self.budget.used_up:
                    self.step += 1  # the hook that is ended has had its turn
                return [*self._end_hook(), *self._advance()]
            case "pre_start" | "starting" | "running" | "pre_stop" | "stopping":
                return [*self._end_hook(), *self._advance()]
            case "waiting":
                return [ev.disarm("backoff"), *self._exit()]
            case "cleanup" | "exit":
                return []
