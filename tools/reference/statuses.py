"""The exit statuses of each command."""

from typing import Final

from lifeinit.cli import check, init, status
from lifeinit.engine import exit_status
from lifeinit.startup.commands import COMMANDS

Rows = tuple[tuple[str, str], ...]

_WRONG_LINE: Final = "The command line is wrong"
RUN: Final[Rows] = (
    ("n, 128+n", "The app exited with n, or died of signal n; `success_exit_codes` and `-e` turn it into 0."),
    ("127, 126", "The app's program was not found; it cannot be executed, or no process could be forked for it."),
    (
        "n, 128+n, 124",
        (
            "A hook whose `on_failure` is `abort` has failed: it exited with n, died of signal n, or ran out of time. "
            "One of the start phases ends the start; one of the stop phases turns a 0 of the app into its own status."
        ),
    ),
    ("124", "The app was not `ready` in time."),
    ("1", "The app was unhealthy (`alive`), was stopped, and exited with 0 or a status of `success_exit_codes`."),
    ("128+n", "Signal n asked for a stop before the app ran."),
    (
        str(exit_status.CONFIG),
        "The hook file is wrong, or cannot be trusted or read: nothing was started. Or a secret's file cannot be read.",
    ),
    (
        str(exit_status.USAGE),
        f"{_WRONG_LINE}, or it names no program but is near one of lifeinit's commands. Nothing was started.",
    ),
    (
        str(exit_status.SOFTWARE),
        "lifeinit itself failed. It has told the app to stop first, and has run the `post_stop` hooks where it could.",
    ),
)
_COMMANDS: Final[dict[str, Rows]] = {
    "init": (
        (str(init.WRITTEN), "The hook file was written, or printed."),
        (str(init.EXISTS), "A hook file exists. Nothing was written."),
        (str(init.UNWRITABLE), f"{_WRONG_LINE}, or the hook file cannot be written."),
    ),
    "check": (
        (str(check.VALID), "Nothing is wrong, or there are warnings only."),
        (str(check.INVALID), "There are errors; with `--strict`, or warnings."),
        (str(check.UNREADABLE), f"{_WRONG_LINE}, or a file cannot be read."),
    ),
    "wait": (
        ("0, n", "All targets have answered; with a command, it is the command's."),
        ("124", "The time is over."),
        ("128+n", "Signal n came."),
        (str(exit_status.USAGE), f"{_WRONG_LINE}. Nothing was tried."),
        ("127, 126", "The command was not found, or cannot be executed."),
    ),
    "status": (
        (str(status.LIVE), "A lifeinit runs."),
        (str(status.NOT_RUNNING), "None runs."),
        (str(status.UNUSABLE), f"{_WRONG_LINE}, the state cannot be read, or several run."),
    ),
    "health": (
        ("0", "The app is ready and not unhealthy."),
        ("1", "It is not ready, is unhealthy, is being stopped, or its state cannot be read."),
        ("2", f"{_WRONG_LINE}."),
    ),
}
_OTHERS: Final[Rows] = (("0", "It was printed."), ("2", f"{_WRONG_LINE}, or nothing could be written."))


def of_commands() -> dict[str, Rows]:
    """The statuses of each command; those without a row only print something, and share an entry."""
    return {**_COMMANDS, ", ".join(name for name in COMMANDS if name not in _COMMANDS): _OTHERS}
