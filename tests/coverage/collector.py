"""Notes which lines of the engine run and in which order, in every process of an interpreter that begins with this.

It is copied into the package `encodings`, which even `python -I -S` imports first of all, and it imports only what is
part of the interpreter: the modules that lifeinit finds are the usual ones. What it has noted is written before an exec
and before the exit, os._exit too; and, since processes are killed, before each wait and each report of a child.
"""

import atexit
import posix
import sys
from encodings import lifeinit_places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import TypeVar

    Result = TypeVar("Result")

del sys.modules["atexit"]  # lifeinit looks whether its interpreter is as bare as a new one

_RESUME, _CODE_UNIT = lifeinit_places.RESUME, 2  # bytes of an opcode and its argument
_engine: str = lifeinit_places.ENGINE
_data: str = lifeinit_places.DATA
_arcs: dict[str, set[tuple[int, int]]] = {}
_unwritten: list[str] = []


def _called(frame: "FrameType", _event: str, _value: object) -> "Callable[..., object] | None":
    """Follow this call, if it is one of the engine's."""
    code = frame.f_code
    if not code.co_filename.startswith(_engine):
        return None
    if not _arcs:
        _begin_before_waits()
    arcs = _arcs.setdefault(code.co_filename, set())
    is_generator_again = code.co_code[frame.f_lasti] == _RESUME and code.co_code[frame.f_lasti + 1] != 0
    last = frame.f_lineno if is_generator_again else -code.co_firstlineno

    def note(end: int) -> None:
        if (last, end) not in arcs:
            arcs.add((last, end))
            _unwritten.append(f"{code.co_filename}\t{last}\t{end}\n")

    def follow(frame: "FrameType", event: str, _value: object) -> "Callable[..., object]":
        """Steps as coverage.py counts them: entry and exit are the negative number of the function's first line."""
        nonlocal last
        if event == "line":
            note(frame.f_lineno)
            last = frame.f_lineno
        elif event == "return":
            opcodes, after = frame.f_code.co_code, frame.f_lasti + _CODE_UNIT
            if after >= len(opcodes) or opcodes[after] != _RESUME:  # else it is a generator's yield
                note(-frame.f_code.co_firstlineno)
        return follow

    return follow


def _write() -> None:
    if not _unwritten:
        return
    try:
        path = f"{_data}/{posix.getpid()}-{posix.urandom(8).hex()}"
        fd = posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL, 0o666)
    except OSError:
        return  # a test has taken the file system, the descriptors or the memory away
    text = "".join(_unwritten).encode()
    _unwritten.clear()  # what cannot be written is not tried again: the signal of a failed write would end each wait
    try:
        while text:
            text = text[_posix_write(fd, text) :]
    except OSError:
        pass
    posix.close(fd)


def _first(call: "Callable[..., Result]") -> "Callable[..., Result]":
    """The same call, before which everything is written."""

    def then(*arguments: object) -> "Result":
        _write()
        return call(*arguments)

    return then


def _begin_before_waits() -> None:
    """Not at the beginning: the interpreter is not ready for this module then."""
    signals = __import__("_signal")
    for name in ("sigwaitinfo", "sigtimedwait"):
        setattr(signals, name, _first(getattr(signals, name)))


def _report(fd: int, text: bytes) -> int:
    """A child that reports why it cannot become its program is killed for it."""
    if posix.getpid() != _own_pid:
        _write()
    return _posix_write(fd, text)


_own_pid = posix.getpid()
_posix_write = posix.write
for _name in ("_exit", "execv", "execve"):  # before os takes them from there
    setattr(posix, _name, _first(getattr(posix, _name)))
posix.write = _report  # type: ignore[assignment]
atexit.register(_write)
sys.settrace(_called)  # type: ignore[arg-type]  # where a frame is not followed it is None
