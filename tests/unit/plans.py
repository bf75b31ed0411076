"""Plans for the tests of the machine, short to write."""

from lifeinit.engine.plan import Hook, Plan, Program, Surroundings
from lifeinit.engine.signals import number_of

TERM, INT, QUIT, USR1, KILL, CONT, SEGV = (
    number_of(name) or 0 for name in ("TERM", "INT", "QUIT", "USR1", "KILL", "CONT", "SEGV")
)


def hook(
    name: str,
    *,
    abort: bool = False,
    sleep: float | None = None,
    timeout: float | None = 5.0,
    retries: int = 0,
    retry_delay: float = 1.0,
) -> Hook:
    program = Program((b"true",)) if sleep is None else None
    return Hook(name, program, sleep, timeout, retries, retry_delay, abort)


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
) -> Plan:
    return Plan(
        app=Program((b"app",)),
        surroundings=Surroundings(mask=(), sigchld_ignored=False, lc_ctype_added=False, directory=b"/"),
        stop_on=(TERM, INT, QUIT),
        stop_signal=stop_signal,
        group=group,
        rewrite=rewrite,
        success=success,
        stop_timeout=stop_timeout,
        hook_file=True,
        pre_start=pre_start,
        post_start=post_start,
        pre_stop=pre_stop,
        post_stop=post_stop,
    )
