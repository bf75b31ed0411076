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
        "Goes before the hook file's `stop_timeout`, so that a manifest can set it beside the runtime's grace period: "
        '`30s`, `"1m30s"`. Here a number without a unit is seconds.',
    ),
    _is_about("LIFEINIT_PID", "Which lifeinit `status` and `health` ask, as `--pid`. A hook is told it."),
    _is_about("TINI_KILL_PROCESS_GROUP", "As tini has it: if it is there, `--group`, unless that is set in our way."),
    _is_about("TINI_VERBOSITY", "As tini has it, less 1, where no `--verbose` is given."),
    _is_about("TINI_SUBREAPER", "Changes nothing: lifeinit is a subreaper whenever it is not PID 1."),
    _is_about(
        "NOTIFY_SOCKET",
        "Where the hook file has a `ready`, lifeinit itself says READY and STOPPING there. sd_notify(3)",
    ),
    _is_about("LISTEN_PID", "If it is lifeinit's own pid, the app finds its pid there. sd_listen_fds(3)"),
    _is_about("TMPDIR", "Where the file of `LIFEINIT_ENV` is made if `/dev/shm` cannot be written to."),
    _is_about("PATH", "Where programs without a slash in their names are looked for."),
    _is_about("NO_COLOR FORCE_COLOR TERM", "Whether `check` prints colours: never, always, not if it is `dumb`."),
    _is_about("COLUMNS", "How wide the screen is, for `check` and for the help."),
)

_TOLD: Final = (
    _is_about("LIFEINIT_EVENT", "`pre_start`, `post_start`, `pre_stop` or `post_stop`."),
    _is_about("LIFEINIT_HOOK", "The hook's name."),
    _is_about("LIFEINIT_PID", "lifeinit's pid."),
    _is_about("LIFEINIT_CHILD_PID", "The app's pid, only while it lives; of several processes the first that does."),
    _is_about("LIFEINIT_ATTEMPT", "The try, from 1."),
    _is_about("LIFEINIT_RESTARTS", "The restarts so far."),
    _is_about(
        "LIFEINIT_REASON",
        "Once a stop has begun: `signal`, `exited`, `pre_start_failed`, `post_start_failed`, `ready_timeout`, "
        "`start_failed` or `internal_error`.",
    ),
    _is_about("LIFEINIT_SIGNAL", "The signal that asked for the stop, as `TERM`; else unset."),
    _is_about("LIFEINIT_EXIT_CODE", "post_stop only: the status that lifeinit will exit with."),
    _is_about(
        "LIFEINIT_CHILD_EXIT_CODE LIFEINIT_CHILD_EXIT_SIGNAL",
        "One of them once the app is dead; neither if it never ran. Of several processes it is of the one whose status "
        "counts: the first that has exited or, where all were asked to stop, the first that has failed.",
    ),
    _is_about(
        "LIFEINIT_OOM_KILLED",
        "`1` if the cgroup's count of kills for want of memory rose, whoever was the victim; else unset.",
    ),
    _is_about("LIFEINIT_ENV", "pre_start only: the path of a file for what the hook hands on."),
    _is_about(
        "LIFEINIT_DEADLINE LIFEINIT_REMAINING",
        "The unix time at which this hook will be ended, and the seconds until then, rounded down; unset where nothing "
        "will end it.",
    ),
)

FOUND: Final = (
    _is_about("NOTIFY_SOCKET", 'With `ready = "notify"`, the socket on which the app says READY. Else as it was.'),
    _is_about(
        "LIFEINIT_HOOK_FILE",
        "The path of the hook file that is in force, where there is one; hooks get it too. A lifeinit below with the "
        "same file is a plain init.",
    ),
    _is_about("HOME USER LOGNAME SHELL", "Those of `user`, where one is given."),
    _is_about("LISTEN_PID", "The app's own pid, where it was lifeinit's."),
)


def told() -> tuple[Variable, ...]:
    """What each hook is told. Raises ValueError where the engine tells something else."""
    described = {name for variable in _TOLD for name in variable.names}
    differing = described ^ {f"LIFEINIT_{name}" for name in NAMES}
    if differing:
        raise ValueError(f"the engine and the reference do not agree on {' '.join(sorted(differing))}")
    return _TOLD
