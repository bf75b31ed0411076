"""The environment variables that lifeinit reads, and those of hooks and the app."""

from dataclasses import dataclass
from typing import Final

from lifeinit.engine.hook_environment import NAMES


@dataclass(frozen=True)
class Variable:
    """A variable, or several that belong together, and what it holds or does."""

    names: tuple[str, ...]
    about: str


def _is_about(names: str, about: str) -> Variable:
    return Variable(tuple(names.split()), about)


READ: Final = (
    _is_about(
        "LIFEINIT_STOP_TIMEOUT",
        "Takes precedence over `stop_timeout` in the hook file, so that a manifest can set it next to the runtime's "
        "grace period: `30s`, `1m30s`. A number without a unit is seconds.",
    ),
    _is_about(
        "LIFEINIT_PID", "The pid of the lifeinit that `status` and `health` look at, like `--pid`. Hooks have it."
    ),
    _is_about("TINI_KILL_PROCESS_GROUP", "As in tini: turns on `--group`, unless `LIFEINIT_GROUP` is set."),
    _is_about("TINI_VERBOSITY", "As in tini: `--verbose` is one less, unless it is set."),
    _is_about("TINI_SUBREAPER", "No effect: lifeinit is a subreaper whenever it is not PID 1."),
    _is_about(
        "NOTIFY_SOCKET",
        "If the hook file has `ready`, lifeinit sends `READY=1` and `STOPPING=1` there. sd_notify(3)",
    ),
    _is_about("LISTEN_PID", "If it is lifeinit's pid, the app has its own pid instead. sd_listen_fds(3)"),
    _is_about(
        "LIFEINIT_HOOK_FILE",
        "Set by a lifeinit above this one. If both have the same hook file, this one is a plain init.",
    ),
    _is_about("TMPDIR", "The directory for the file of `LIFEINIT_ENV` if lifeinit cannot write to `/dev/shm`."),
    _is_about("PATH", "The directories of programs without a slash in their names."),
    _is_about(
        "NO_COLOR FORCE_COLOR TERM",
        "Colors of `check`: never if `NO_COLOR` is set, always if `FORCE_COLOR` is set, not if `TERM` is `dumb`.",
    ),
    _is_about("COLUMNS", "The width of the output of `check` and of the help."),
)

_OF_A_HOOK: Final = (
    _is_about("LIFEINIT_EVENT", "`pre_start`, `post_start`, `pre_stop` or `post_stop`."),
    _is_about("LIFEINIT_HOOK", "The hook's name."),
    _is_about("LIFEINIT_PID", "lifeinit's pid."),
    _is_about(
        "LIFEINIT_CHILD_PID",
        "The app's pid while it runs. With several processes the pid of the first one that is running.",
    ),
    _is_about("LIFEINIT_ATTEMPT", "The number of the try, from 1."),
    _is_about("LIFEINIT_RESTARTS", "The number of restarts so far."),
    _is_about(
        "LIFEINIT_REASON",
        "In the stop phases, why the app stops: `signal`, `exited`, `unhealthy`, `pre_start_failed`, "
        "`post_start_failed`, `ready_timeout`, `start_failed` or `internal_error`.",
    ),
    _is_about("LIFEINIT_SIGNAL", "The signal that requested the stop, for example `TERM`. Unset if no signal did."),
    _is_about("LIFEINIT_EXIT_CODE", "post_stop only: the status that lifeinit will exit with."),
    _is_about(
        "LIFEINIT_CHILD_EXIT_CODE LIFEINIT_CHILD_EXIT_SIGNAL",
        "One of them is set once the app has exited, neither if it never ran. With several processes they belong to "
        "the one whose status counts: the first that exited or, if all were asked to stop, the first that failed.",
    ),
    _is_about(
        "LIFEINIT_OOM_KILLED",
        "`1` if the cgroup's counter of out-of-memory kills rose, whichever process was killed. Otherwise unset.",
    ),
    _is_about(
        "LIFEINIT_ENV",
        "pre_start only: the path of a file. Variables that the hook writes there are set for the app and later hooks.",
    ),
    _is_about(
        "LIFEINIT_DEADLINE LIFEINIT_REMAINING",
        "The Unix time at which lifeinit terminates this hook, and the whole seconds from its start until then. Unset "
        "without a limit.",
    ),
)

OF_THE_APP: Final = (
    _is_about(
        "NOTIFY_SOCKET", 'With `ready = "notify"`, the socket to which the app sends `READY=1`. Otherwise unchanged.'
    ),
    _is_about(
        "LIFEINIT_HOOK_FILE",
        "The path of the hook file, if there is one. Hooks have it too. A lifeinit below with the same file is a plain "
        "init.",
    ),
    _is_about(
        "LIFEINIT_PROGRAM",
        "The path of the Python program that called `start()` or `run()`. Hooks have it too. The same program below "
        "starts no second container.",
    ),
    _is_about("HOME USER LOGNAME SHELL", "Set for `user`, if there is one."),
    _is_about("LISTEN_PID", "The app's own pid, if it was lifeinit's."),
)


def of_a_hook() -> tuple[Variable, ...]:
    """The variables of a hook. Raises ValueError if the engine sets others."""
    described = {name for variable in _OF_A_HOOK for name in variable.names}
    differing = described ^ {f"LIFEINIT_{name}" for name in NAMES}
    if differing:
        raise ValueError(f"the engine and the reference do not agree on {' '.join(sorted(differing))}")
    return _OF_A_HOOK
