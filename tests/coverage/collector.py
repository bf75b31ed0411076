"""Notes which lines of the engine run and in which order, in every process of an interpreter that begins with this.

It is copied into the package `encodings`, which even `python -I -S` imports first of all, and it imports only what is
part of the interpreter: the modules that lifeinit finds are the usual ones. What it has noted is written before an exec
and before the exit, os._exit too; a process that is killed leaves nothing.
"""

import atexit
import posix
import sys
from encodings import lifeinit_places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

del sys.modules["atexit"]  # lifeinit looks whether its interpreter is as bare as a new one

_RESUME, _CODE_UNIT = lifeinit_places.RESUME, 2  # bytes of an opcode and its argument
_engine: str = lifeinit_places.ENGINE
_data: str = lifeinit_places.DATA
_arcs: dict[str, set[tuple[int, int]]] = {}


def _called(frame: "FrameType", _event: str, _value: object) -> "Callable[..., object] | None":
    """Follow this call, if it is one of the engine's."""
    code = frame.f_code
    if not code.co_filename.startswith(_engine):
        return None
    arcs = _arcs.setdefault(code.co_filename, set())
    is_generator_again = code.co_code[frame.f_lasti] == _RESUME and code.co_code[frame.f_lasti + 1] != 0
    last = frame.f_lineno if is_generator_again else -code.co_firstlineno

    def follow(frame: "FrameType", event: str, _value: object) -> "Callable[..., object]":
        """Steps as coverage.py counts them: entry and exit are the negative number of the function's first line."""
        nonlocal last
        if event == "line":
            arcs.add((last, frame.f_lineno))
            last = frame.f_lineno
        elif event == "return":
            opcodes, after = frame.f_code.co_code, frame.f_lasti + _CODE_UNIT
            if after >= len(opcodes) or opcodes[after] != _RESUME:  # else it is a generator's yield
                arcs.add((last, -frame.f_code.co_firstlineno))
        return follow

    return follow


def _write() -> None:
    text = "".join(f"{name}\t{start}\t{end}\n" for name, arcs in _arcs.items() for start, end in arcs).encode()
    if not text:
        return
    try:
        path = f"{_data}/{posix.getpid()}-{posix.urandom(8).hex()}"
        fd = posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL, 0o666)
    except OSError:
        return  # a test has taken the file system, the descriptors or the memory away
    try:
        while text:
            text = text[posix.write(fd, text) :]
    except OSError:
        pass
    posix.close(fd)


def _exit(status: int) -> "NoReturn":
    _write()
    _posix_exit(status)


def _execv(path: bytes, argv: "tuple[bytes, ...]") -> None:
    _write()
    _posix_execv(path, argv)


def _execve(path: bytes, argv: "tuple[bytes, ...]", environment: "dict[bytes, bytes]") -> None:
    _write()
    _posix_execve(path, argv, environment)


_posix_exit, _posix_execv, _posix_execve = posix._exit, posix.execv, posix.execve
posix._exit, posix.execv, posix.execve = _exit, _execv, _execve  # type: ignore[assignment]  # before os takes them
atexit.register(_write)
sys.settrace(_called)  # type: ignore[arg-type]  # where a frame is not followed it is None
