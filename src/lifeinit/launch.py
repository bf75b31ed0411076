"""From a command and a hook file to a plan, and from the front desk to the engine."""

import os
import sys

from lifeinit.engine import kernel, log, pid1
from lifeinit.engine.plan import Hook, Plan, Surroundings, to_wire
from lifeinit.engine.signals import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import NoReturn

    from lifeinit.hookfile import model

EX_SOFTWARE = 70  # sysexits(3)

# What an interpreter's own start leaves in sys.modules. Anything more came from a .pth file, a sitecustomize or
# PYTHONPATH: it may hold threads and megabytes, and is not to live in PID 1.
_INTERPRETERS_OWN = frozenset(
    "__main__ _abc _codecs _collections_abc _distutils_hack _frozen_importlib _frozen_importlib_external _imp _io"
    " _signal _sitebuiltins _stat _thread _warnings _weakref abc builtins codecs encodings errno genericpath io"
    " lifeinit marshal os posix posixpath site stat sys time zipimport".split()
)


def launch(
    command: "Sequence[str]",
    mask: "Iterable[int]",
    hook_file: "model.HookFile | None" = None,
    stop_timeout: float | None = None,
) -> "NoReturn":
    """Become the init of the command and the file's hooks. `mask` is the signal mask that lifeinit was started with.

    `stop_timeout`, in seconds, goes before the file's. Never returns.
    """
    kernel.fill_stdio()
    surroundings = _surroundings(mask)
    app = tuple(map(os.fsencode, command))
    if hook_file is None:
        plan = Plan(app, surroundings, _DEFAULT_STOP_ON, stop_timeout=stop_timeout)
    else:
        plan = _plan(app, surroundings, hook_file, stop_timeout)
    if _is_clean():
        pid1.ignite(plan)
    _change_interpreter(plan)


_DEFAULT_STOP_ON = tuple(number_of(name) or 0 for name in ("TERM", "INT", "QUIT"))


def _plan(
    app: tuple[bytes, ...], surroundings: Surroundings, hook_file: "model.HookFile", stop_timeout: float | None
) -> Plan:
    hooks = {phase: tuple(map(_hook, hook_file.hooks.get(phase, ()))) for phase in hook_file.hooks}
    signal = hook_file.stop_signal
    return Plan(
        app,
        surroundings,
        stop_on=tuple(number_of(name) or 0 for name in hook_file.stop_on),
        stop_signal=None if signal is None else number_of(signal),
        group=hook_file.stop_scope == "group",
        stop_timeout=hook_file.stop_timeout if stop_timeout is None else stop_timeout,
        kill_after=hook_file.kill_after,
        hook_file=True,
        pre_start=hooks.get("pre_start", ()),
        post_start=hooks.get("post_start", ()),
        pre_stop=hooks.get("pre_stop", ()),
        post_stop=hooks.get("post_stop", ()),
    )


def _hook(hook: "model.Hook") -> Hook:
    argv: tuple[bytes, ...] | None
    match hook.command:
        case None:
            argv = None
        case str(line):
            argv = (b"/bin/sh", b"-c", os.fsencode(line))
        case arguments:
            argv = tuple(map(os.fsencode, arguments))
    abort = hook.on_failure == "abort"
    return Hook(hook.name, argv, hook.sleep, hook.timeout, hook.retries, hook.retry_delay, abort)


def _surroundings(mask: "Iterable[int]") -> Surroundings:
    try:
        directory = os.getcwdb()
    except OSError:
        directory = None  # it was removed
    return Surroundings(
        mask=tuple(sorted(int(signo) for signo in mask)),
        sigchld_ignored=kernel.default_sigchld(),
        lc_ctype_added=_lc_ctype_added(),
        directory=directory,
    )


def _lc_ctype_added() -> bool:
    """Whether LC_CTYPE is CPython's own addition. PEP 538: in the C locale it sets one, and keeps no note of it."""
    if b"LC_CTYPE" not in os.environb:
        return False
    try:
        with open("/proc/self/environ", "rb") as given:
            return not any(entry.startswith(b"LC_CTYPE=") for entry in given.read().split(b"\0"))
    except OSError:  # no /proc: then by what CPython would have done
        values = {os.environb.get(name, b"") for name in (b"LC_ALL", b"LANG")}
        return values <= {b"", b"C", b"POSIX"} and os.environb[b"LC_CTYPE"] in {b"C.UTF-8", b"C.utf8", b"UTF-8"}


def _is_clean() -> bool:
    """Whether this interpreter is as bare as a new one: then the exec, 6 ms, is saved."""
    return (
        "PYTHONPATH" not in os.environ
        and "PYTHONHOME" not in os.environ
        and all(name.partition(".")[0] in _INTERPRETERS_OWN for name in sys.modules)
    )


def _change_interpreter(plan: Plan) -> "NoReturn":
    """Exec a bare interpreter that runs the engine: the pid and the pending signals stay, click's memory goes."""
    try:
        order = os.memfd_create("lifeinit-plan", 0)
        with open(order, "wb", closefd=False) as file:
            file.write(to_wire(plan))
        python = sys.executable
        os.execv(python, [python, "-I", "-S", "-B", os.path.abspath(pid1.__file__), str(order)])
    except OSError as error:
        log.say(
            f"internal error: cannot start the interpreter {log.quote(os.fsencode(sys.executable))}: {error.strerror}"
        )
    kernel.leave(EX_SOFTWARE)
