"""The front door: blocks the signals before anything else, then finds out who has to be called."""

# A signal that reaches PID 1 before this is lost for ever, so nothing slow stands above it. `_signal` is part of the
# interpreter; `signal` would import enum first.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from typing import NoReturn

    from lifeinit.startup.planner_process import Engage
else:
    import _signal

_MASK = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())

import os  # noqa: E402
import sys  # noqa: E402

_PARENT = os.getppid()  # asked for early: it may die at any time
_COMMANDS = ("check", "wait", "status", "health", "schema", "example", "completion")
_VARIABLES = ("LIFEINIT_", "TINI_")
_OF_THE_FILE = {"LIFEINIT_CONFIG", "LIFEINIT_STOP_TIMEOUT"}


def main() -> "NoReturn":
    """Serve the command line in sys.argv. Never returns."""
    if not os.path.exists(__file__):
        from lifeinit.startup.clean_interpreter import refuse_archive  # noqa: PLC0415

        refuse_archive()
    arguments = sys.argv[1:]
    if arguments and arguments[0] in _COMMANDS:
        _serve_command(arguments)
    from lifeinit.startup.inherited import capture_inherited  # noqa: PLC0415
    from lifeinit.startup.launcher import launch, launch_from, plain_plan  # noqa: PLC0415

    command = _command_alone(arguments)
    ours = {name for name in os.environ if name.startswith(_VARIABLES)}
    given = capture_inherited(_MASK)
    if command and not ours and not _has_hook_file():
        launch(plain_plan(command, given))

    def front_desk(engage: "Engage") -> int:
        from lifeinit.startup.isolation import isolate  # noqa: PLC0415

        isolate()
        if command and ours <= _OF_THE_FILE:
            from lifeinit.startup.run_app import run_without_options  # noqa: PLC0415

            status = run_without_options(command, given, _PARENT, engage)
            if status is not None:
                return status
        from lifeinit.cli import serve_run  # noqa: PLC0415

        return serve_run(arguments, given, _PARENT, engage)

    launch_from(front_desk)


def _serve_command(arguments: list[str]) -> "NoReturn":
    status = 70  # EX_SOFTWARE
    try:
        from lifeinit.startup.isolation import isolate  # noqa: PLC0415

        isolate()
        if _is_probe(arguments):
            _probe(quiet=len(arguments) > 1)
        from lifeinit.cli import serve_command  # noqa: PLC0415

        status = serve_command(arguments, _MASK)
    except Exception as error:  # noqa: BLE001  # what is imported may be broken: a sentence and a status for it
        from lifeinit.engine import log  # noqa: PLC0415

        log.report(error)
    os._exit(status)


def _command_alone(arguments: list[str]) -> list[str]:
    """The app's command where no option stands before it; else nothing.

    Then click is not needed, which saves 30 ms; without a hook file tomllib and dataclasses are not either.
    """
    if arguments[:1] == ["--"]:
        return arguments[1:]
    return [] if arguments and arguments[0].startswith("-") else arguments


def _has_hook_file() -> bool:
    from lifeinit.config.discovery import found  # noqa: PLC0415

    return found(None) is not None


def _is_probe(arguments: list[str]) -> bool:
    """Whether this is what a probe calls every few seconds: then 60 ms are saved, as for a plain init."""
    return arguments in (["health"], ["health", "-q"], ["health", "--quiet"]) and "LIFEINIT_PID" not in os.environ


def _probe(quiet: bool) -> "NoReturn":
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # not an init: Ctrl-C is to end it, without a traceback
    _signal.pthread_sigmask(_signal.SIG_SETMASK, _MASK)
    from lifeinit.status.health import probe  # noqa: PLC0415

    os._exit(probe(None, quiet))


if __name__ == "__main__":
    main()
