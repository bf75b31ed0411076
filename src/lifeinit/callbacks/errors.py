"""The base of all errors that lifeinit raises in a Python program, those that both kinds of container share, and how
their messages show a value."""

from lifeinit.engine.printable import shortened

_LONGEST = 60  # characters of a value that a sentence shows


class LifeinitError(Exception):
    """The base of every error of `lifeinit` and `lifeinit.docker`."""

    __module__ = "lifeinit"  # where users import it from


class UsageError(LifeinitError):
    """A callback, an option or a call is invalid. The message names the value and the fix; nothing was started."""

    __module__ = "lifeinit"


class AlreadyStartedError(UsageError):
    """start() was called before. A container starts once; register callbacks before that."""

    __module__ = "lifeinit"


def quoted(value: object) -> str:
    """A value in double quotes, on one line and not too long for one. What cannot be printed is shown by its type."""
    try:
        text = ascii(value) if isinstance(value, bytes) else str(value)
    except Exception:  # noqa: BLE001  # of the user's own __str__
        text = object.__repr__(value)
    return f'"{shortened(text, _LONGEST)}"'


def described(value: object) -> str:
    """The same with the name of its type."""
    return f"{quoted(value)} ({type(value).__name__})"
