"""The processes of the app with their readiness: which of them are not ready yet."""

from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.processes import App


class ProbedApp(App):
    """The app of a plan with hooks or `ready`, in one life."""

    def exited(self, process: int) -> "ev.Actions":
        """As for the base; its probe ends with it."""
        return [*super().exited(process), *self.end_probe(process)]

    def begin_probes(self) -> "ev.Actions":
        """Every process with a `ready` of its own gets its probe, or its time to report that it is ready."""
        return [action for process in self.running for action in self.begin_probe(process)]

    def begin_probe(self, process: int) -> "ev.Actions":
        """The probe of one, if it has a `ready`."""
        ready = self.plan.processes[process].ready
        if ready is None:
            return []
        self.unready = (*self.unready, process)
        time = ev.arm(("ready", process), ready.timeout if ready.after is None else ready.after)
        return [time] if ready.program is None else [time, h.probe(process)]

    def end_probe(self, process: int) -> "ev.Actions":
        """It is ready, dead or being stopped: nobody waits for its readiness any more."""
        if process not in self.unready:
            return []
        self.unready = tuple(other for other in self.unready if other != process)
        return [ev.disarm(("ready", process)), h.end_probe(process)]

    def end_probes(self) -> "ev.Actions":
        """The app is being stopped."""
        return [action for process in self.unready for action in self.end_probe(process)]
