"""What the value of a key may be. A kind's name is that of the method that reads it and of its JSON Schema."""

from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Kind(Record):
    """One kind of value, and the words for it in the reference.

    `choices` are the words that may be written; `true` is the one that sets a flag of the plan. `least` and `most`
    limit a whole number.
    """

    name: str
    words: str
    choices: tuple[str, ...] = ()
    true: str = ""
    least: int = 0
    most: int = 0


def choice(*choices: str, true: str = "") -> Kind:
    """One of these words. `true`: the plan only keeps whether it is this one."""
    *others, last = (f'`"{word}"`' for word in choices)
    return Kind("choice", f"{', '.join(others)} or {last}", choices, true)


def whole(least: int, most: int) -> Kind:
    """A whole number within these limits."""
    return Kind("whole", f"a whole number from {least} to {most}", least=least, most=most)


HOOKS: "Final" = Kind("hooks", "a shell command line, a program and its arguments, a hook or several hooks")
READY: "Final" = Kind("ready", '`"notify"`, a URL, a duration or a probe')
PROBE: "Final" = Kind("probe", "a string")
TRUE: "Final" = Kind("true", "`true`")
APP: "Final" = Kind("app", "a table")
PROCESSES: "Final" = Kind("processes", "a table of processes")

NAME: "Final" = Kind("name", "a string")
TEXT: "Final" = Kind("text", "a string")
USER: "Final" = Kind("user", "a string")
PATH: "Final" = Kind("path", "an absolute path")
FLAG: "Final" = Kind("flag", "`true` or `false`")
DURATION: "Final" = Kind("duration", "a duration")
TIME: "Final" = Kind("time", "a duration above 0")
COMMAND: "Final" = Kind("command", "a command")
TARGETS: "Final" = Kind("targets", "a target or a list of targets")
ENVIRONMENT: "Final" = Kind("environment", "a table of strings")
UMASK: "Final" = Kind("umask", "a string of octal digits")
SIGNAL: "Final" = Kind("signal", "a signal")
SIGNALS: "Final" = Kind("signals", "a list of signals")
REWRITES: "Final" = Kind("rewrites", 'a table, each value a signal or `""`')
EXIT_CODES: "Final" = Kind("exit_codes", "a list of exit statuses")
