"""The front door: blocks the signals before anything else, then finds out who has to be called."""

# A signal that reaches PID 1 before this is lost for ever, so nothing slow stands above it. `_signal` is part of the
# interpreter; `signal` would import enum first.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from typing import NoReturn
else:
    import _signal

_MASK = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())

import os  # noqa: E402
import sys  # noqa: E402

_PARENT = os.getppid()  # asked for early: it may die at any time
_COMMANDS = ("check", "wait", "status", "health", "schema", "example", "completion")
_VARIABLES = ("LIFEINIT_", "TINI_")


def main() -> "NoReturn":
    """Serve the command line in sys.argv. Never returns."""
    arguments = sys.argv[1:]
    if _is_plain(arguments):
        from lifeinit.launch import launch, plain_plan  # noqa: PLC0415

        launch(plain_plan(arguments[1:] if arguments[0] == "--" else arguments, _MASK))
    from lifeinit.isolation import isolate  # noqa: PLC0415

    isolate()
    if _is_probe(arguments):
        _probe(quiet=len(arguments) > 1)
    from lifeinit.cli import serve  # noqa: PLC0415

    serve(arguments, _MASK, _PARENT)


def _is_plain(arguments: list[str]) -> bool:
    """Whether there is a command and nothing else to read: no option, no hook file, no variable of ours.

    Then click and tomllib are not needed, and 40 ms are saved.
    """
    if not arguments or arguments == ["--"]:
        return False
    if arguments[0] != "--" and (arguments[0].startswith("-") or arguments[0] in _COMMANDS):
        return False
    if any(name.startswith(_VARIABLES) for name in os.environ):
        return False
    from lifeinit.hookfile.search import found  # noqa: PLC0415

    return found(None) is None


def _is_probe(arguments: list[str]) -> bool:
    """Whether this is what a probe calls every few seconds: then 60 ms are saved, as for a plain init."""
    return arguments in (["health"], ["health", "-q"], ["health", "--quiet"]) and "LIFEINIT_PID" not in os.environ


def _probe(quiet: bool) -> "NoReturn":
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # not an init: Ctrl-C is to end it, without a traceback
    _signal.pthread_sigmask(_signal.SIG_SETMASK, _MASK)
    from lifeinit.observation.health import probe  # noqa: PLC0415

    os._exit(probe(None, quiet))


if __name__ == "__main__":
    main()
