"""What one run of the storm is: a hook file, an app, a world and signals, all drawn from one seed."""

import json
import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tests.contract import HookPhase, Signals

World = Literal["usual", "closed", "full disk", "pids", "nproc", "memory", "subreaper"]

PHASES: tuple[HookPhase, ...] = ("pre_start", "post_start", "pre_stop", "post_stop")
ORDINARY = ("HUP", "USR1", "USR2", "WINCH", "TTIN", "TTOU", "CHLD", "ALRM", "IO", "RTMIN", "RTMIN+1", "RTMIN+5")
STOPS = ("TERM", "INT", "QUIT")
FATAL = ("SEGV", "ABRT", "KILL", "TERM", "INT", "FPE", "RTMIN", "USR1")

Value = str | int | bool | Sequence[str | int]


@dataclass
class Hook:
    """One hook. `deeds` empty: nothing that writes to the log (a sleep, or another user's program)."""

    phase: HookPhase
    index: int
    deeds: list[str]
    keys: dict[str, Value] = field(default_factory=dict)
    shell: bool = False
    silent: str = ""  # for a silent one its key: `sleep = "50ms"`
    file: int = 0  # the number of its drop-in; 0 is the hook file itself

    @property
    def label(self) -> str:
        return f"{self.phase}[{self.index}]"

    @property
    def aborts(self) -> bool:
        usual = "abort" if self.phase in {"pre_start", "post_start"} else "warn"
        return self.keys.get("on_failure", usual) == "abort"


@dataclass
class App:
    """One process of the app."""

    deeds: list[str]
    keys: dict[str, Value] = field(default_factory=dict)
    ready: str = ""  # its value in TOML


@dataclass(frozen=True)
class Blow:
    """Something from outside: `after` milliseconds a signal, with `pause` lifeinit stopped for so long instead."""

    after: int
    signal: str = ""
    pause: int = 0


@dataclass
class Scenario:
    seed: int
    number: int
    world: World = "usual"
    plain: bool = False
    options: list[str] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    apps: list[App] = field(default_factory=list)
    blows: list[Blow] = field(default_factory=list)
    head_start: bool = False  # no blow before the app is up, or a second and a half are over
    rest: int = 0  # milliseconds from the last blow to the stop request that ends every run
    last: str = "TERM"
    rewrite: dict[str, str] = field(default_factory=dict)
    stop_on: list[str] = field(default_factory=lambda: list(STOPS))
    stop_timeout: int | None = None  # milliseconds
    kill_after: int | None = None
    limit: int = 0  # of processes, or of megabytes, for the worlds that have one
    closed: tuple[int, ...] = ()

    def of_phase(self, phase: HookPhase) -> list[Hook]:
        return [hook for hook in self.hooks if hook.phase == phase]

    @cached_property
    def signals(self) -> Signals:
        rewrite = {number(came): number(goes) if goes else None for came, goes in self.rewrite.items()}
        return Signals(set(map(number, self.stop_on)), rewrite)

    def goes(self, name: str) -> str:
        """What the app gets for a signal that lifeinit gets; empty if it is dropped."""
        goes = self.signals.goes(number(name))
        return "" if goes is None else name if goes == number(name) else self.rewrite[name]

    def stops(self, name: str, app_lives: bool = True) -> bool:
        """Whether the signal is a stop request."""
        return self.signals.is_stop_request(number(name), app_lives)

    @property
    def restarts(self) -> bool:
        return any(app.keys.get("restart", "no") != "no" for app in self.apps)


def number(name: str) -> int:
    """The number of `TERM`, `RTMIN` or `RTMIN+3`."""
    if name.startswith("RTMIN"):
        return int(signal.SIGRTMIN) + int(name.partition("+")[2] or 0)
    return int(signal.Signals[f"SIG{name}"])


def draw(seed: int, number: int) -> Scenario:
    """The run of this number: the same again for the same seed."""
    dice = random.Random(f"{seed}:{number}")
    scenario = Scenario(seed, number)
    scenario.world = dice.choices(
        ("usual", "closed", "full disk", "pids", "nproc", "memory", "subreaper"), (50, 10, 8, 10, 6, 6, 10)
    )[0]
    scenario.plain = dice.random() < 0.15
    _set_signals(dice, scenario)
    if not scenario.plain:
        scenario.stop_timeout = dice.choice((None, 400, 800, 1200, 2000))
        scenario.kill_after = dice.choice((None, 0, 100, 200)) if scenario.stop_timeout else dice.choice((0, 100, 200))
        scenario.hooks = [hook for phase in PHASES for hook in _hooks(dice, scenario, phase)]
    number_of_apps = 1 if scenario.plain else dice.choices((1, 2, 3), (75, 17, 8))[0]
    for i in range(number_of_apps):
        scenario.apps.append(_app(dice, scenario, i))
    if not scenario.plain and dice.random() < 0.15:
        _restart(dice, scenario)
    _set_world(dice, scenario)
    scenario.blows = [_blow(dice, scenario) for _ in range(dice.choice((0, 1, 2, 3, 5, 8)))]
    scenario.head_start = dice.random() < 0.6
    scenario.rest = dice.choice((0, 100, 300, 600, 1500 if scenario.restarts else 800))
    scenario.last = dice.choice([name for name in scenario.stop_on if scenario.goes(name)])
    if not scenario.plain:
        _add(random.Random(f"{seed}:{number}:add"), scenario)
    return scenario


def _add(dice: random.Random, scenario: Scenario) -> None:
    """What came later, by dice of its own: `drain`, `unless`, `after`, and drop-ins."""
    if dice.random() < 0.1:  # nobody listens there, or nobody uses it
        drain = 'drain = { port = 9, quiet = "20ms", at_least = "20ms" }\ntimeout = "300ms"'
        scenario.hooks.append(Hook("pre_stop", len(scenario.of_phase("pre_stop")), [], silent=drain))
    for hook in scenario.hooks:
        if hook.deeds and dice.random() < 0.2:
            hook.keys["unless"] = dice.choice(("exit 1", "exit 1", "true"))
    for i, app in enumerate(scenario.apps[1:], 1):
        if dice.random() < 0.4:
            app.keys["after"] = [dice.choice(["app", *(f"p{other}" for other in range(1, i))])]
    if dice.random() < 0.4:
        for phase in PHASES:
            file = 0
            for hook in scenario.of_phase(phase):
                file = hook.file = min(2, file + dice.choice((0, 1)))


def _set_signals(dice: random.Random, scenario: Scenario) -> None:
    if dice.random() < 0.3:
        scenario.options += dice.sample(["-v", "-w", "-g"], dice.choice((1, 2)))
    elif dice.random() < 0.05:
        scenario.options.append("-q")
    if scenario.plain:
        return
    if dice.random() < 0.15:
        scenario.stop_on = dice.sample(["TERM", "INT", "QUIT", "USR1", "WINCH", "RTMIN+3"], dice.choice((1, 2, 3)))
    for came in dice.sample(["HUP", "USR1", "USR2", "TERM", "INT", "QUIT", "RTMIN+1"], dice.choice((0, 0, 0, 1, 2))):
        scenario.rewrite[came] = dice.choice(("", "USR2", "HUP", "QUIT", "RTMIN+2"))
    if all(scenario.goes(name) == "" for name in scenario.stop_on):
        scenario.rewrite.clear()
        del scenario.signals  # they were made of it


def _hooks(dice: random.Random, scenario: Scenario, phase: HookPhase) -> list[Hook]:
    return [_hook(dice, scenario, phase, i) for i in range(dice.choices((0, 1, 2, 3), (25, 40, 25, 10))[0])]


def _hook(dice: random.Random, scenario: Scenario, phase: HookPhase, index: int) -> Hook:
    hook = Hook(phase, index, [])
    if dice.random() < 0.12:
        hook.silent = dice.choice(('sleep = "60ms"', 'command = "true"', 'command = ["/bin/true"]\nuser = "nobody"'))
        if "nobody" in hook.silent and scenario.world == "nproc":
            hook.silent = 'sleep = "20ms"'
        return hook
    hook.shell = dice.random() < 0.2
    if dice.random() < 0.3:
        hook.keys["on_failure"] = dice.choice(("abort", "warn"))
    if dice.random() < 0.25:
        hook.keys["retries"] = dice.choice((1, 2))
        hook.keys["retry_delay"] = dice.choice(("0s", "50ms", "300ms"))
    hook.keys["timeout"] = dice.choice(("250ms", "400ms", "700ms"))
    if dice.random() < 0.2:
        hook.keys["once"] = True
    hook.deeds = _hook_deeds(dice, scenario, phase)
    return hook


def _hook_deeds(dice: random.Random, scenario: Scenario, phase: HookPhase) -> list[str]:
    deeds = []
    if phase == "post_stop":
        deeds.append("look")
    if dice.random() < 0.3:
        deeds.append(f"nap:{dice.choice((10, 50, 120))}")
    if dice.random() < 0.1:
        deeds.append(f"leave:{dice.choice(('term', 'deaf', 'brief'))}:{dice.choice(('session', 'group'))}")
    if dice.random() < 0.08:
        deeds.append(f"storm:{dice.choice((4, 12))}")
    if dice.random() < 0.1:
        deeds.append(f"pester:{dice.choice([*scenario.stop_on, *ORDINARY])}")
    if phase == "pre_start" and dice.random() < 0.3:
        deeds.append(f"export:{dice.choice(('EXPORTED=yes', 'EXPORTED=no', 'bad'))}")
    healthy = 0.75 if phase in {"pre_start", "post_start"} else 0.6
    if dice.random() < healthy:
        return [*deeds, "exit:0"]
    ends = ("exit:3", "exit:1", "exit-by-try:5:0", "die:SEGV", "die:KILL", "die:TERM", "deaf", "nap:3000", "stop")
    return [*deeds, dice.choice(ends), "exit:0"]


def _app(dice: random.Random, scenario: Scenario, index: int) -> App:
    app = App([])
    if not scenario.plain:
        if dice.random() < 0.2:
            app.keys["stop_signal"] = dice.choice(("TERM", "QUIT", "USR1", "RTMIN+4", "INT"))
        if dice.random() < 0.15:
            app.keys["stop_scope"] = "group"
        if dice.random() < 0.25:
            codes: tuple[list[str | int], ...] = ([3, "SIGTERM"], [7], ["3-9"], ["SIGKILL"])
            app.keys["success_exit_codes"] = dice.choice(codes)
        if dice.random() < 0.1 and scenario.world != "nproc":
            app.keys["user"] = "0:0"
        if dice.random() < 0.4:
            app.ready = dice.choice(_READY).replace("N", str(index))
    if index > 0:
        app.keys = scenario.apps[0].keys | app.keys  # what a process does not say for itself it takes from [app]
    app.deeds = _app_deeds(dice, scenario, app)
    return app


_READY = (
    '"20ms"',
    '"150ms"',
    '{ notify = true, timeout = "500ms", on_failure = "warn" }',
    '{ notify = true, timeout = "400ms" }',
    '{ file = "CWD/ready-N", interval = "50ms", timeout = "1500ms", on_failure = "warn" }',
    '{ command = "true", interval = "50ms", timeout = "1500ms" }',
    '{ command = "exit 1", interval = "50ms", timeout = "300ms", on_failure = "warn" }',
    '{ command = "sleep 9", interval = "50ms", timeout = "300ms" }',
)


def _app_deeds(dice: random.Random, scenario: Scenario, app: App) -> list[str]:
    """How it begins, what it does, how it ends."""
    deeds = []
    if "notify" in app.ready and dice.random() < 0.8:
        deeds.append("notify")
    if "file" in app.ready and dice.random() < 0.8:
        deeds.append(f"touch:{json.loads(app.ready.partition('file = ')[2].partition(',')[0])}")
    if dice.random() < 0.12:
        deeds.append("close")
    if dice.random() < 0.1:
        deeds.append("group")
    deeds.extend(
        f"leave:{dice.choice(('term', 'deaf', 'brief'))}:{dice.choice(('session', 'group'))}"
        for _ in range(dice.choice((0, 0, 0, 1, 2)))
    )
    if dice.random() < 0.15:
        deeds.append(f"storm:{dice.choice((5, 20, 40))}")
    if dice.random() < 0.15:
        wild = [*ORDINARY, *scenario.stop_on, "CONT", "PIPE"]
        if scenario.world != "subreaper":  # only a PID 1 is safe from these
            wild += ["STOP", "KILL"]
        deeds.append(f"pester:{','.join(dice.sample(wild, dice.choice((1, 2, 4))))}")
    if dice.random() < 0.1:
        deeds.append("stop")
    return [*deeds, _app_end(dice, scenario, app)]


def _app_end(dice: random.Random, scenario: Scenario, app: App) -> str:
    goes = {scenario.goes(name) for name in scenario.stop_on if scenario.goes(name)} | {"TERM"}
    ends = ",".join(sorted({str(app.keys.get("stop_signal", "TERM")), *goes}))
    codes = (0, 0, 3, 7, 143, 255)
    if scenario.world == "memory" and dice.random() < 0.6:
        return "eat"
    match dice.choices(("serve", "exit", "late exit", "die", "deaf"), (55, 12, 10, 10, 13))[0]:
        case "serve":
            return f"serve:{dice.choice(codes)}:{ends}"
        case "exit":
            return f"exit:{dice.choice(codes)}"
        case "late exit":
            return f"deaf:{dice.choice((50, 200))}:{ends},HUP,USR1"
        case "die":
            return f"die:{dice.choice(FATAL)}"
        case _:
            return f"deaf:{dice.choice((0, 0, 100, 300)) if scenario.stop_timeout else 200}:{ends}"


def _restart(dice: random.Random, scenario: Scenario) -> None:
    """One restart at most: the pause before a second one is longer than all the rest of a run."""
    for app in scenario.apps:
        app.keys |= {"restart": dice.choice(("on-failure", "always")), "max_restarts": 1}
    first = scenario.apps[0]
    if not any(deed.startswith(("serve", "eat", "deaf")) for deed in first.deeds):
        first.deeds[-1] = f"exit-by-life:{dice.choice((3, 7, 0))}:{dice.choice((0, 5))}"


def _set_world(dice: random.Random, scenario: Scenario) -> None:
    match scenario.world:
        case "closed":
            scenario.closed = dice.choice(((0,), (1,), (2,), (0, 1), (0, 1, 2)))
        case "pids":
            scenario.limit = dice.choice((1, 2, 3, 4, 6, 10))
        case "nproc":
            scenario.limit = dice.choice((1, 2, 3, 5, 8))
        case "memory":
            scenario.limit = dice.choice((48, 64))
        case _:
            pass


def _blow(dice: random.Random, scenario: Scenario) -> Blow:
    after = dice.choice((0, 1, 5, 20, 60, 150, 300))
    kind = dice.random()
    if kind < 0.15:
        return Blow(after, pause=dice.choice((1, 20, 100, 200)))
    return Blow(after, dice.choice(scenario.stop_on) if kind < 0.35 else dice.choice(ORDINARY))
