"""The environment: what lifeinit reads, what its hooks are told, what the app finds."""

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
        "Takes precedence over `stop_timeout` of the hook file, so that a manifest can set it beside the runtime's "
        "grace period: `30s`, `1m30s`. A number without a unit is seconds here.",
    ),
    _is_about("LIFEINIT_PID", "The lifeinit that `status` and `health` ask, like `--pid`. Hooks receive it."),
    _is_about("TINI_KILL_PROCESS_GROUP", "As in tini: if it is set, `--group`, unless `LIFEINIT_GROUP` is set."),
    _is_about("TINI_VERBOSITY", "As in tini, less 1, if `--verbose` is not set."),
    _is_about("TINI_SUBREAPER", "No effect: lifeinit is a subreaper whenever it is not PID 1."),
    _is_about(
        "NOTIFY_SOCKET",
        "With a `ready` in the hook file lifeinit itself sends READY and STOPPING there. sd_notify(3)",
    ),
    _is_about("LISTEN_PID", "If it is lifeinit's pid, the app receives its own pid instead. sd_listen_fds(3)"),
    _is_about(
        "LIFEINIT_HOOK_FILE",
        "Set by a lifeinit above this one. If it names the hook file that this one finds, this one is a plain init.",
    ),
    _is_about("TMPDIR", "Where lifeinit creates the file of `LIFEINIT_ENV` if it cannot write to `/dev/shm`."),
    _is_about("PATH", "Where lifeinit looks for programs without a slash in their names."),
    _is_about("NO_COLOR FORCE_COLOR TERM", "Whether `check` prints colors: never, always, not if it is `dumb`."),
    _is_about("COLUMNS", "The width of the screen, for `check` and the help."),
)

_TOLD: Final = (
    _is_about("LIFEINIT_EVENT", "`pre_start`, `post_start`, `pre_stop` or `post_stop`."),
    _is_about("LIFEINIT_HOOK", "The hook's name."),
    _is_about("LIFEINIT_PID", "lifeinit's pid."),
    _is_about(
        "LIFEINIT_CHILD_PID",
        "The app's pid while the app lives; with several processes that of the first one that lives.",
    ),
    _is_about("LIFEINIT_ATTEMPT", "The number of the try, from 1."),
    _is_about("LIFEINIT_RESTARTS", "The number of restarts so far."),
    _is_about(
        "LIFEINIT_REASON",
        "Once a stop has begun: `signal`, `exited`, `unhealthy`, `pre_start_failed`, `post_start_failed`, "
        "`ready_timeout`, `start_failed` or `internal_error`.",
    ),
    _is_about("LIFEINIT_SIGNAL", "The signal that requested the stop, for example `TERM`; unset if none did."),
    _is_about("LIFEINIT_EXIT_CODE", "post_stop only: the status that lifeinit will exit with."),
    _is_about(
        "LIFEINIT_CHILD_EXIT_CODE LIFEINIT_CHILD_EXIT_SIGNAL",
        "One of them once the app has exited; neither if it never ran. With several processes they are of the one "
        "whose status counts: the first that exited or, if all were asked to stop, the first that failed.",
    ),
    _is_about(
        "LIFEINIT_OOM_KILLED",
        "`1` if the cgroup's counter of out-of-memory kills rose, whoever was killed; else unset.",
    ),
    _is_about(
        "LIFEINIT_ENV",
        "pre_start only: the path of a file. Variables that the hook writes there reach the app and later hooks.",
    ),
    _is_about(
        "LIFEINIT_DEADLINE LIFEINIT_REMAINING",
        "The Unix time at which lifeinit terminates this hook, and the whole seconds until then from its start; unset "
        "if there is no limit.",
    ),
)

FOUND: Final = (
    _is_about("NOTIFY_SOCKET", 'With `ready = "notify"`, the socket to which the app sends READY. Else unchanged.'),
    _is_about(
        "LIFEINIT_HOOK_FILE",
        "The path of the hook file in force, if there is one; hooks receive it too. A lifeinit below with the same "
        "file is a plain init.",
    ),
    _is_about(
        "LIFEINIT_PROGRAM",
        "The path of the Python program that called `start()` or `run()`; hooks receive it too. The same program below "
        "it starts no second container.",
    ),
    _is_about("HOME USER LOGNAME SHELL", "Those of `user`, if it is set."),
    _is_about("LISTEN_PID", "The app's own pid, if it was lifeinit's."),
)


def told() -> tuple[Variable, ...]:
    """What each hook is told. Raises ValueError where the engine tells something else."""
    described = {name for variable in _TOLD for name in variable.names}
    differing = described ^ {f"LIFEINIT_{name}" for name in NAMES}
    if differing:
        raise ValueError(f"the engine and the reference do not agree on {' '.join(sorted(differing))}")
    return _TOLD
