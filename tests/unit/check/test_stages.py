"""The stages of a hook file's plan: when each begins and ends at worst, held against the engine itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check.timeline.hang import life_with_hang
from lifeinit.check.timeline.stages import life
from lifeinit.config.model import HookFile
from lifeinit.config.parser import parse
from lifeinit.config.planner import Options, make_plan
from lifeinit.engine import events as ev
from lifeinit.engine import hook_events as h
from lifeinit.engine.budget import EXIT_TIME
from lifeinit.engine.main import machine_of
from lifeinit.engine.plan import Inherited
from lifeinit.engine.signals import number_of

TERM, KILL, CONT = (number_of(name) or 0 for name in ("TERM", "KILL", "CONT"))


def file_of(text: str) -> HookFile:
    return parse(text.encode())


class WorstStop:
    """The engine's machine in the worst of worlds: all that can be is deaf to everything but SIGKILL.

    `log` holds what was begun, and when, in seconds from the stop request.
    """

    def __init__(self, hook_file: HookFile) -> None:
        nothing = Inherited((), sigchld_ignored=False, lc_ctype_added=False, directory=None)
        self.machine = machine_of(make_plan(["app"], nothing, hook_file, Options()))
        self.now = 0.0
        self.timers: dict[ev.Timer, float] = {}
        self.log: list[tuple[str, float]] = []
        self.over = False
        self.handle(ev.begin())
        self.handle(ev.signal_received(TERM))
        while not self.over:
            timer = min(self.timers, key=lambda timer: self.timers[timer])
            self.now = self.timers.pop(timer)
            self.handle(ev.elapsed(timer))

    def handle(self, event: ev.Event) -> None:
        answers: list[ev.Event] = []
        for action in self.machine.handle(event):
            answers += self.act(action)
        for answer in answers:
            self.handle(answer)

    def act(self, action: ev.Action) -> list[ev.Event]:
        match action:
            case ("arm", timer, after, _):
                self.timers[timer] = self.now + after
                if timer == "sleep":
                    self.begin_hook()
            case ("disarm", timer):
                self.timers.pop(timer, None)
            case ("start_app", process):
                return [ev.started(process)]
            case ("run_hook", _, _, _):
                self.begin_hook()
            case ("signal_hook", signo) if signo == KILL:
                return [h.hook_exited(ev.Ending(signo=KILL))]
            case ("signal_app", process, signo, _) if signo == KILL:
                self.log.append(("killed", self.now))
                return [ev.app_exited(process, ev.Ending(signo=KILL))]
            case ("signal_app", _, signo, _) if signo != CONT:
                self.log.append(("stop", self.now))
            case ("signal_leftovers", signo):
                self.log += [("cleanup", self.now)] if signo == TERM else []
                return [ev.nothing_left()] if signo == KILL else []
            case ("leave", _, _):
                self.log.append(("exit", self.now))
                self.over = True
            case _:
                pass
        return []

    def begin_hook(self) -> None:
        if self.machine.hook_run.attempt == 1:
            self.log.append((self.machine.hook_run.label, self.now))


def told(hook_file: HookFile) -> list[tuple[str, float]]:
    """The same moments as the stages of the plan have them."""
    found: list[tuple[str, float]] = []
    for stage in life(hook_file).stop:
        found.append((stage.phase if stage.phase in {"stop", "cleanup"} else stage.label, stage.begin))
        found += [("killed", stage.end)] if stage.phase == "stop" else []
    return found


seconds = st.integers(1, 12)


def stop_hooks(*timeouts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(
        st.one_of(
            seconds.map(lambda n: f"{{ sleep = {n} }}"),
            st.builds(
                lambda timeout, retries, delay: (
                    f'{{ command = "x"{timeout}, retries = {retries}, retry_delay = {delay} }}'
                ),
                st.one_of(timeouts),
                st.integers(0, 2),
                st.integers(0, 3),
            ),
        ),
        max_size=3,
    ).map(lambda hooks: f"[{', '.join(hooks)}]" if hooks else '{ sleep = "0s" }')


STOP_HOOKS = stop_hooks(seconds.map(", timeout = {}".format))
ANY_STOP_HOOKS = stop_hooks(seconds.map(", timeout = {}".format), st.just(""))


@given(st.integers(1, 60), ANY_STOP_HOOKS, ANY_STOP_HOOKS, st.integers(0, 3))
def test_the_stages_begin_when_the_engine_begins_them_at_worst(
    budget: int, before: str, after: str, kill_after: int
) -> None:
    """The stop of a machine whose hooks and app end by nothing but SIGKILL, and the plan's own times."""
    text = f"stop_timeout = {budget}.37\nkill_after = {kill_after}\npre_stop = {before}\npost_stop = {after}\n"
    hook_file = file_of(text)
    ran = WorstStop(hook_file).log
    planned = [moment for moment in told(hook_file) if moment[1] < budget + 0.37 - EXIT_TIME]
    begun = [what for what, _ in ran]
    skipped = [what for what, _ in planned if what not in begun]
    assert all(what.startswith("pre_stop") for what in skipped), text
    moments = [moment for moment in planned if moment[0] in begun]
    assert [what for what, _ in moments] == begun[: len(moments)], text
    assert [at for _, at in moments] == pytest.approx([at for _, at in ran[: len(moments)]], abs=EXIT_TIME), text
    assert ran[-1][0] == "exit"
    # An app that a deaf pre_stop hook kept from being asked can cost the engine a cleanup beyond its budget.
    assert budget / 2 <= ran[-1][1] <= budget + 0.37 + 1e-6, text


def test_default_timeouts_reserve_what_the_budget_leaves() -> None:
    """They cut a pre_stop hook that has a time of its own: the sleep of 6 s was over after 5."""
    sleep, stop = 'stop_timeout = "10s"\npre_stop = { sleep = "6s" }\npost_stop = ', "post_stop[0]"
    assert life(file_of(f'{sleep}"x"')).killed_at == 8.0  # two seconds for the app
    assert life(file_of(f'{sleep}{{ command = "x", timeout = "5s" }}')).killed_at == 5.0
    assert ("stop", 6.0) in WorstStop(file_of(f'{sleep}"x"')).log
    assert (stop, 8.0 + 2.0 / 6.0) in WorstStop(file_of(f'{sleep}"x"')).log  # its part of the reserve
    assert life(file_of('stop_timeout = "25s"\npre_stop = "x"\npost_stop = "y"')).killed_at == 19.0


def test_without_a_stop_timeout_only_the_app_has_no_limit() -> None:
    stages = life(file_of('pre_stop = "x"\npost_stop = "y"')).stop
    assert [(stage.label, stage.longest, stage.begin) for stage in stages] == [
        ("pre_stop[0]", 7.0, 0.0),
        ("stop app", math.inf, 7.0),
        ("cleanup", 1.0, math.inf),
        ("post_stop[0]", 7.0, math.inf),
    ]


def test_alive_at_the_top_notices_a_hang_of_the_first_process() -> None:
    text = """
        stop_timeout = "9s"
        alive = { watchdog = "5s" }
        [process.web]
        command = "web"
        [process.worker]
        command = "worker"
    """
    whole = life_with_hang(file_of(text))
    assert [(stage.label, stage.begin, stage.end) for stage in whole.hang] == [
        ("alive web", 0.0, 5.0),
        ("stop web, worker", 5.0, 14.0),
    ]
    assert whole.hang_told == ("A hang of web is noticed within 5 s, and the stop then takes at most 9 s.",)


def test_the_start_waits_for_the_slowest_process() -> None:
    text = """
        pre_start = { command = "x", timeout = "10s", retries = 1, retry_delay = "3s" }
        post_start = { command = "y", timeout = "1s" }
        [process.web]
        command = "web"
        ready = "tcp://localhost:80"
        [process.worker]
        command = "worker"
        ready = { after = "5s" }
        [process.other]
        command = "other"
    """
    assert [(stage.label, stage.known, stage.begin, stage.end) for stage in life(file_of(text)).start] == [
        ("pre_start[0]", None, 0.0, 27.0),
        ("start web", None, 27.0, 87.0),
        ("start worker", 5.0, 27.0, 32.0),
        ("start other", 0.0, 27.0, 27.0),
        ("post_start[0]", None, 87.0, 90.0),
    ]
