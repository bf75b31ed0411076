"""The base of all errors that lifeinit raises in a Python program, and those that both kinds of container share."""


class LifeinitError(Exception):
    """The base of every error of `lifeinit` and `lifeinit.docker`."""

    __module__ = "lifeinit"  # where users import it from


class UsageError(LifeinitError):
    """A callback, an option or a call is invalid. The message names the value and the fix; nothing was started."""

    __module__ = "lifeinit"


class AlreadyStartedError(UsageError):
    """start() was called before: a container starts once, and takes its callbacks before that."""

    __module__ = "lifeinit"
