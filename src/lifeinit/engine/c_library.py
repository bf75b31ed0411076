"""Functions of the C library that os lacks. Only an init whose plan asks for one of them loads this, and ctypes."""

import os
import sys


def become_subreaper() -> None:
    """Have orphans below us handed to us, as PID 1 has by nature. PR_SET_CHILD_SUBREAPER(2const)"""
    _prctl(36, 1)


def signal_at_parents_death(signo: int, parent: int) -> None:
    """Get a signal when the parent dies; at once, if it already has. PR_SET_PDEATHSIG(2const)"""
    _prctl(1, signo)
    if os.getppid() != parent:
        os.kill(os.getpid(), signo)


def forbid_new_privileges() -> None:
    """No set-user-ID program gives this process or its children any more. PR_SET_NO_NEW_PRIVS(2const)"""
    _prctl(38, 1)


def become_dumpable() -> None:
    """Have /proc/self belong to our user again, after a change of it without an exec. PR_SET_DUMPABLE(2const)"""
    _prctl(4, 1)


def clear_inheritable() -> None:
    """Give up the inheritable capabilities, so that no program's file gives one of them back. capset(2)

    Container engines start with none since 2022; only where there are some this costs more than reading a file.
    """
    try:
        with open("/proc/self/status", "rb") as file:
            if any(line.startswith(b"CapInh") and not int(line.split()[1], 16) for line in file):
                return
    except OSError:
        pass  # no /proc: then they are cleared without a look
    header = (0x20080522).to_bytes(4, sys.byteorder) + bytes(4)  # _LINUX_CAPABILITY_VERSION_3, this process
    words = bytearray(24)  # effective, permitted, inheritable, each in two halves
    _call("capget", header, words)
    words[8:12] = words[20:24] = bytes(4)
    _call("capset", header, words)


def _prctl(option: int, argument: int) -> None:
    """prctl(2), with the arguments that are not used given as 0."""
    _call("prctl", option, argument, 0, 0, 0)


def _call(function: str, *arguments: int | bytes | bytearray) -> None:
    """A function of the C library that os lacks. Raises OSError, also where Python was built without ctypes.

    ctypes costs 2 ms and 0.6 MB: it is imported here alone, and a plain PID 1 needs none of it.
    """
    if hasattr(sys, "frozen"):
        import _lifeinit  # type: ignore[import-not-found]  # noqa: PLC0415  # the bundle, a static program, has no ctypes

        getattr(_lifeinit, function)(*arguments)
        return
    try:
        import ctypes  # noqa: PLC0415

        called = getattr(ctypes.CDLL(None, use_errno=True), function)
    except (ImportError, AttributeError, OSError) as error:
        import errno  # noqa: PLC0415

        raise OSError(errno.ENOSYS, f"this Python cannot call {function}: {error}") from None
    buffers = [(ctypes.c_char * len(a)).from_buffer(a) if isinstance(a, bytearray) else a for a in arguments]
    if called(*buffers) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
