"""The command lines that start `prober.py`: what the engine runs for `wait_for`, `drain`, `ready` and `alive`.

A child of the engine runs the module itself in place of a new interpreter: see `Program.module`.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    Flag = Literal["--insecure", "--verbose", "--json", "--quiet", "--recovery"]

PROBER = "lifeinit.probes.prober"
_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "prober.py")


def prober(words: "tuple[bytes, ...]", *flags: bytes) -> tuple[bytes, ...]:
    """The command line of a prober whose words were kept, with more flags."""
    end = words.index(b"--")
    return (*map(os.fsencode, _interpreter()), *words[:end], *flags, *words[end:])


def words(command_line: "Sequence[str]") -> tuple[str, ...]:
    """What a command line says to the prober, which is the same wherever that one lies."""
    return tuple(command_line[len(_interpreter()) :])


def wait_program(targets: "Sequence[str]", interval: float = 1.0, *flags: "Flag") -> tuple[str, ...]:
    """Says what it waits for, and ends with 0 once every target answers. Targets are as written, not expanded."""
    return (*_start("wait", interval, flags), "--", *map(_without_secrets, targets))


def ready_program(target: str, interval: float = 1.0, *flags: "Flag") -> tuple[str, ...]:
    """Ends with 0 once the target answers, and is silent until then. The target is as written, not expanded."""
    return (*_start("ready", interval, flags), "--", _without_secrets(target))


def ready_command(argv: "Sequence[str]", interval: float = 1.0, *flags: "Flag") -> tuple[str, ...]:
    """The same for a program that is to exit with 0. Its output is shown only if `--verbose`."""
    return (*_start("ready", interval, flags), "--command", "--", *argv)


def drain_program(port: int, quiet: float, at_least: float, *flags: "Flag") -> tuple[str, ...]:
    """Ends with 0 once no connection to the port was used for `quiet` seconds, after `at_least` seconds or more."""
    times = ("--idle", repr(quiet), "--at-least", repr(at_least))
    return (*_interpreter(), "drain", *times, *flags, "--", str(port))


def alive_program(
    target: str, interval: float = 10.0, timeout: float = 5.0, failures: int = 3, *flags: "Flag"
) -> tuple[str, ...]:
    """Ends with 1 and a reason once so many tries in a row have failed, and is silent and lives on until then.

    With `--recovery` it ends with 0 once the target answers. The target is as written, not expanded.
    """
    return (*_start_alive(interval, timeout, failures, flags), "--", _without_secrets(target))


def alive_command(
    argv: "Sequence[str]", interval: float = 10.0, timeout: float = 5.0, failures: int = 3, *flags: "Flag"
) -> tuple[str, ...]:
    """The same for a program that is to exit with 0. Its output is shown only if `--verbose`."""
    return (*_start_alive(interval, timeout, failures, flags), "--command", "--", *argv)


def _without_secrets(target: str) -> str:
    from lifeinit.probes.targets import without_secrets  # noqa: PLC0415  # 3 ms that only a target has to pay

    return without_secrets(target)


def _interpreter() -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-B", _SCRIPT)


def _start(mode: str, interval: float, flags: "Sequence[Flag]") -> tuple[str, ...]:
    return (*_interpreter(), mode, "--interval", repr(interval), *flags)


def _start_alive(interval: float, timeout: float, failures: int, flags: "Sequence[Flag]") -> tuple[str, ...]:
    return (*_start("alive", interval, ()), "--timeout", repr(timeout), "--failures", str(failures), *flags)
