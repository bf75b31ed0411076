"""The entry point: blocks the signals before anything else; then a command is served, or lifeinit becomes an init."""

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

if hasattr(sys, "frozen"):  # the bundle's program has blocked them before there was an interpreter
    from _lifeinit import MASK as _MASK  # type: ignore[import-not-found, no-redef]

_HEALTH_VARIABLES = {"LIFEINIT_PID", "LIFEINIT_HEALTH_TIMEOUT"}
_PARENT = os.getppid()  # asked for early: it may die at any time


def main() -> "NoReturn":
    """Serve the command line in sys.argv. Never returns."""
    arguments = sys.argv[1:]
    if not hasattr(sys, "frozen"):
        _install_importer()
    if _is_command(arguments):
        _serve_command(arguments)
    if hasattr(sys, "frozen"):
        from _lifeinit import load  # noqa: PLC0415  # takes half the time

        load("lifeinit.startup.launcher")
    from lifeinit.startup import clean_interpreter  # noqa: PLC0415

    if not clean_interpreter.is_clean():
        clean_interpreter.exec_clean(arguments, _MASK, _PARENT)
    from lifeinit.startup.launcher import launch  # noqa: PLC0415

    launch(arguments, _MASK, _PARENT)


def _install_importer() -> None:
    if not os.path.exists(__file__):
        from lifeinit.startup.clean_interpreter import refuse_archive  # noqa: PLC0415

        refuse_archive()
    from lifeinit import bytecode  # noqa: PLC0415  # the bundle's modules are in the program

    bytecode.install()


def _is_command(arguments: list[str]) -> bool:
    if not arguments or arguments[0].startswith("-"):
        return False  # as in `lifeinit -- COMMAND`: nothing has to be imported for it
    from lifeinit.startup.commands import COMMANDS  # noqa: PLC0415

    return arguments[0] in COMMANDS


def _serve_command(arguments: list[str]) -> "NoReturn":
    from lifeinit.engine import exit_status  # noqa: PLC0415

    status = exit_status.SOFTWARE
    try:
        from lifeinit.startup.search_path import check_program, isolate  # noqa: PLC0415

        isolate()
        if arguments[0] == "health" and not _HEALTH_VARIABLES & os.environ.keys():
            _probe_health(arguments[1:])
        check_program(all_of_it=arguments[0] == "check")
        from lifeinit.cli.serve import serve_command  # noqa: PLC0415

        status = serve_command(arguments, _MASK)
    except Exception as error:  # noqa: BLE001  # what is imported may be broken: a sentence and a status for it
        from lifeinit.engine import log  # noqa: PLC0415  # 3 ms, which no health check has to pay

        log.report(error)
    os._exit(status)


def _probe_health(words: list[str]) -> None:
    """Answer what a probe calls every few seconds, which takes 60 ms less without click; returns for other words."""
    if hasattr(sys, "frozen"):
        from _lifeinit import load  # noqa: PLC0415

        load("lifeinit.status.health")
    from lifeinit.status.health import options, probe  # noqa: PLC0415

    found = options(words)
    if found is not None:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # not an init: Ctrl-C terminates it, without a traceback
        _signal.pthread_sigmask(_signal.SIG_SETMASK, _MASK)
        os._exit(probe(None, *found))


if __name__ == "__main__":
    main()
