"""Plans for the tests of the machine, short to write."""

from typing import Literal

from lifeinit.engine.plan import Alive, Hook, Identity, Inherited, Plan, Process, Program, Ready, Restart
from lifeinit.engine.signals import number_of

TERM, INT, QUIT, HUP, USR1, KILL, CONT, SEGV, WINCH = (
    number_of(name) or 0 for name in ("TERM", "INT", "QUIT", "HUP", "USR1", "KILL", "CONT", "SEGV", "WINCH")
)


def hook(
    name: str,
    *,
    abort: bool = False,
    sleep: float | None = None,
    timeout: float | None = 5.0,
    retries: int = 0,
    retry_delay: float = 1.0,
    once: bool = False,
    waits: bool = False,
    default_timeout: bool = False,
    unless: bool = False,
    call: int | None = None,
) -> Hook:
    program = Program((b"true",), Identity(session=True), call=call) if sleep is None else None
    place = f"hooks.toml:{len(name)}"
    asked = Program((b"test",), Identity(session=True)) if unless and program else None
    return Hook(name, program, sleep, timeout, retries, retry_delay, abort, once, place, waits, default_timeout, asked)


def ready(*, after: float | None = None, notify: bool = False, abort: bool = True) -> Ready:
    program = None if notify or after is not None else Program((b"probe",), Identity(session=True))
    return Ready(program, after, notify, timeout=60.0, abort=abort)


def alive(on_failure: Literal["stop", "restart", "warn"] = "stop", *, watchdog: float | None = None) -> Alive:
    if watchdog is not None:
        return Alive(watchdog=watchdog, on_failure=on_failure)
    identity = Identity(session=True)
    return Alive(Program((b"prober",), identity), Program((b"recovery",), identity), on_failure=on_failure)


def process(
    name: str,
    *,
    ready: Ready | None = None,
    stop_signal: int | None = None,
    group: bool = False,
    success: tuple[int, ...] = (),
    restart: Restart = Restart(),  # noqa: B008  # a frozen record
    rewrite: tuple[tuple[int, int | None], ...] = (),
    alive: Alive | None = None,
    after: tuple[int, ...] = (),
) -> Process:
    program = Program((name.encode(),), Identity())
    return Process(name, program, stop_signal, group, success, ready, restart, rewrite, alive, after)


def plan(
    *,
    pre_start: tuple[Hook, ...] = (),
    post_start: tuple[Hook, ...] = (),
    pre_stop: tuple[Hook, ...] = (),
    post_stop: tuple[Hook, ...] = (),
    stop_timeout: float | None = None,
    stop_signal: int | None = None,
    group: bool = False,
    rewrite: tuple[tuple[int, int | None], ...] = (),
    success: tuple[int, ...] = (),
    ready: Ready | None = None,
    restart: Restart = Restart(),  # noqa: B008  # a frozen record
    others: tuple[Process, ...] = (),
    processes: tuple[Process, ...] = (),
    kill_after: float = 2.0,
    stop_on: tuple[int, ...] = (TERM, INT, QUIT),
    ignored: tuple[int, ...] = (),
    alive: Alive | None = None,
) -> Plan:
    """One process called app and the `others`, or just these `processes`."""
    app = process(
        "app", ready=ready, stop_signal=stop_signal, group=group, success=success, restart=restart, alive=alive
    )
    return Plan(
        processes=processes or (app, *others),
        inherited=Inherited(mask=(), sigchld_ignored=False, lc_ctype_added=False, directory=b"/", ignored=ignored),
        stop_on=stop_on,
        rewrite=rewrite,
        stop_timeout=stop_timeout,
        kill_after=kill_after,
        plain=False,
        pre_start=pre_start,
        post_start=post_start,
        pre_stop=pre_stop,
        post_stop=post_stop,
    )
