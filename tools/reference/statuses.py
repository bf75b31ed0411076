"""The exit statuses of each command."""

from typing import Final

from lifeinit.cli import check, init, status
from lifeinit.engine import exit_status
from lifeinit.startup.commands import COMMANDS

Rows = tuple[tuple[str, str], ...]

_WRONG_LINE: Final = "The command line is invalid"
RUN: Final[Rows] = (
    ("n, 128+n", "The app exited with n, or died of signal n. `success_exit_codes` and `-e` turn a status into 0."),
    (
        "127, 126",
        "127: the app's program was not found. 126: it cannot be executed, or no process could be forked for it.",
    ),
    (
        "n, 128+n, 124",
        (
            'A hook with `on_failure = "abort"` failed: it exited with n, died of signal n, or timed out. In a start '
            "phase it ends the start; in a stop phase it turns the app's 0 into its own status."
        ),
    ),
    ("124", "The app was not `ready` in time."),
    ("1", "The app was unhealthy (`alive`), was stopped, and exited with 0 or a status of `success_exit_codes`."),
    ("128+n", "Signal n requested a stop before the app ran."),
    (
        str(exit_status.CONFIG),
        "The hook file is invalid, not trusted or unreadable: nothing was started. Or a secret's file cannot be read.",
    ),
    (
        str(exit_status.USAGE),
        f"{_WRONG_LINE}, or its command is not in PATH and similar to one of lifeinit's commands. Nothing was started.",
    ),
    (
        str(exit_status.SOFTWARE),
        "lifeinit itself failed. It stopped the app first, and ran the `post_stop` hooks if possible.",
    ),
)
_COMMANDS: Final[dict[str, Rows]] = {
    "init": (
        (str(init.WRITTEN), "The hook file was written, or printed."),
        (str(init.EXISTS), "A hook file exists. Nothing was written."),
        (str(init.UNWRITABLE), f"{_WRONG_LINE}, or the hook file cannot be written."),
    ),
    "check": (
        (str(check.VALID), "The file is valid; warnings are allowed."),
        (str(check.INVALID), "There are errors, or, with `--strict`, warnings."),
        (str(check.UNREADABLE), f"{_WRONG_LINE}, or a file cannot be read."),
    ),
    "wait": (
        ("0, n", "All targets answered. With a command, the status is the command's."),
        ("124", "The timeout expired."),
        ("128+n", "Signal n arrived."),
        (str(exit_status.USAGE), f"{_WRONG_LINE}, and no target was tried."),
        ("127, 126", "127: the command was not found. 126: it cannot be executed."),
    ),
    "status": (
        (str(status.LIVE), "lifeinit is running."),
        (str(status.NOT_RUNNING), "lifeinit is not running."),
        (str(status.UNUSABLE), f"{_WRONG_LINE}, the state cannot be read, or several lifeinits are running."),
    ),
    "health": (
        ("0", "The app is ready and works."),
        ("1", "It is not ready, is unhealthy, is being stopped, or its state cannot be read."),
        ("2", f"{_WRONG_LINE}."),
    ),
}
_OTHERS: Final[Rows] = (("0", "Success."), ("2", f"{_WRONG_LINE}, or the output could not be written."))


def of_commands() -> dict[str, Rows]:
    """The statuses of each command; those without a row only print something, and share an entry."""
    return {**_COMMANDS, ", ".join(name for name in COMMANDS if name not in _COMMANDS): _OTHERS}
