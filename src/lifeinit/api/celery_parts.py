"""A Celery worker and Celery's scheduler, each in a process of its own."""

import os
import signal
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from lifeinit.api.settings import reject
from lifeinit.api.watchdog import Watchdog, watch_scheduler, watch_worker
from lifeinit.callbacks.errors import UsageError, described, quoted
from lifeinit.config import trust
from lifeinit.engine import exit_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery

# How a program for a pool of green threads begins.
_PATCHES = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}
# What Celery has for beat_scheduler and beat_schedule_filename.
_DEFAULTS = ("celery.beat:PersistentScheduler", "celerybeat-schedule")
# Parameters of the commands that have no place in a container.
_REFUSED = {
    "detach": "the container would lose the process",
    "beat": "beat=True runs it, with a schedule that no other user can write",
}


def check_app(app: object) -> None:
    """Raises UsageError for what is no Celery application. Celery is installed."""
    from celery import Celery  # noqa: PLC0415

    if not isinstance(app, Celery):
        raise UsageError(f"celery is {described(app)}: pass the Celery application")


def parameters(app: "Celery", command: str, arguments: Sequence[str], option: str) -> dict[str, object]:
    """What the arguments of `celery worker` or `celery beat` mean. Rejects what Celery would refuse."""
    import click  # noqa: PLC0415
    from celery.bin.base import CLIContext  # noqa: PLC0415

    context = click.Context(_command(command), info_name=command, obj=CLIContext(app, no_color=True, workdir=None))
    try:
        _command(command).parse_args(context, list(arguments))
    except click.ClickException as error:
        sentence = error.format_message().rstrip(".")
        reject(option, f"{sentence[:1].lower()}{sentence[1:]}")
    except click.exceptions.Exit:
        reject(option, "--help starts nothing")
    for name, why in _REFUSED.items():
        if context.params.get(name):
            reject(option, f"--{name} is not allowed here: {why}")
    check_pool(str(context.params.get("pool")), option)
    return context.params


def check_pool(pool: str, option: str) -> None:
    """Reject a pool of green threads in a program that was not made for them.

    Celery's own command patches the modules before it loads the app. Here the app is loaded already, and a module that
    is patched under it hangs, in Celery's `worker_main` too.
    """
    for library, line in _PATCHES.items():
        if library in pool and not socket.socket.__module__.startswith(library):
            reject(option, f"the {library} pool needs a program that begins with: {line}")


def run_worker(app: "Celery", arguments: Sequence[str], notify: "Callable[[], None]") -> NoReturn:
    """`celery worker`; `notify` is called once it is ready."""
    from celery.signals import worker_ready  # noqa: PLC0415

    worker_ready.connect(lambda **_: notify(), weak=False)
    watch_worker(Watchdog(os.environb))
    base: Any = app.Worker  # Celery has no types

    def install_platform_tweaks(worker: Any, controller: Any) -> None:
        """At SIGHUP Celery executes sys.argv again when it ends: the program, as a second container in this one."""
        base.install_platform_tweaks(worker, controller)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    app.Worker = type("Worker", (base,), {"install_platform_tweaks": install_platform_tweaks})
    raise SystemExit(_run(app, "worker", arguments))


def run_beat(app: "Celery", arguments: Sequence[str]) -> NoReturn:
    """`celery beat`. Celery's default keeps the schedule in ./celerybeat-schedule, and runs the pickles in there.

    So a file in a directory that others may write to is code of theirs. The schedule stays in memory, unless Celery is
    told where; that place is checked.
    """
    meant = parameters(app, "beat", arguments, "beat_args")
    scheduler, schedule = meant["scheduler"], str(meant["schedule"])
    if (scheduler, schedule) == _DEFAULTS:
        arguments = ("--scheduler", "celery.beat:Scheduler", *arguments)
    elif "Persistent" in str(scheduler) and (reason := trust.distrust(schedule)):
        from lifeinit.engine import log  # noqa: PLC0415

        fix = "choose a directory that only the app's user can write to"
        log.say(f"Celery runs what is in beat's schedule {quoted(schedule)}, and {reason}: {fix}", "refused", "error")
        raise SystemExit(exit_status.CONFIG)
    watch_scheduler(Watchdog(os.environb))
    _hear_stop_requests()
    raise SystemExit(_run(app, "beat", ("--pidfile", "", *arguments)))


def _hear_stop_requests() -> None:
    """Celery's handler only raises SystemExit, which is lost where Python calls a finalizer: then beat ran for ever."""
    from celery.signals import beat_init  # noqa: PLC0415

    def install(sender: Any, **_: object) -> None:
        def stop(_signo: int, _frame: object) -> NoReturn:
            sender._is_shutdown.set()  # noqa: SLF001  # what its loop looks at; stop() would wait for the loop
            sender.sync()
            raise SystemExit

        for signo in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signo, stop)

    beat_init.connect(install, weak=False)


def _command(name: str) -> Any:  # Celery has no types
    from celery.bin.beat import beat  # noqa: PLC0415
    from celery.bin.worker import worker  # noqa: PLC0415

    return {"worker": worker, "beat": beat}[name]


def _run(app: "Celery", command: str, arguments: Sequence[str]) -> int:
    """Why not app.start(): a variable APP would name another application."""
    from celery.bin.base import CLIContext  # noqa: PLC0415

    context = CLIContext(app, no_color=False, workdir=None)
    status = _command(command).main(list(arguments), prog_name=f"celery {command}", standalone_mode=False, obj=context)
    return status if isinstance(status, int) else 0
