"""`Container`: callbacks in, the calling process becomes the init and ends with the container's status."""

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from lifeinit.api import invoke
from lifeinit.api.callbacks import Duration, Registrar, UseError
from lifeinit.api.settings import refuse
from lifeinit.config import parser
from lifeinit.config.diagnostic import HookFileError, UnreadableError, quoted
from lifeinit.config.model import HookFile, Process
from lifeinit.config.planner import Options, make_plan, stop_timeout_of
from lifeinit.engine import exit_status, log, main, syscalls
from lifeinit.startup.inherited import capture_inherited
from lifeinit.values import duration

Target = str | Sequence[str] | Callable[..., object]


class Container:
    """The life of a container, with callbacks around it.

    `config` is a hook file whose hooks run before the callbacks of their phase; without it none is read.
    `stop_timeout` is the time from the stop request to the exit, in seconds or as "25s"; LIFEINIT_STOP_TIMEOUT goes
    before it, and the hook file's stands behind it.

    A callback runs in a forked child: it sees the program as it was at `start()`, and what it changes it changes for
    itself, except through `Event.setenv`. One that raises has failed with 1 and prints its traceback.
    """

    def __init__(self, *, config: str | os.PathLike[str] | None = None, stop_timeout: Duration | None = None) -> None:
        self._config = None if config is None else os.fspath(config)
        self._stop_timeout = None if stop_timeout is None else _positive("stop_timeout", stop_timeout)
        self.pre_start = Registrar("pre_start")
        self.post_start = Registrar("post_start")
        self.pre_stop = Registrar("pre_stop")
        self.post_stop = Registrar("post_stop")

    def start(self, target: Target, /, *args: object) -> NoReturn:
        """Become the init, run the app and its callbacks, and end the process with the container's exit status.

        `target` is a program with its arguments, a line for the shell, or a Python function; `args` are the function's,
        or more arguments of the program. The init is this process: PID 1 in a container, elsewhere a subreaper. Raises
        UseError where it cannot: it has other threads, which a fork would lose, or it was started already. Exits with
        78 (EX_CONFIG) if the hook file is wrong.
        """
        if callable(target):
            function = target
            name = getattr(target, "__name__", "app")
            app = invoke.program(lambda: function(*args), is_app=True)
            self._run((name,), {"app": app}, {}, {})
        words = (target,) if isinstance(target, str) else _words(target)
        if isinstance(target, str) and args:
            raise UseError("start() takes arguments for a list or a function: write them into the line for the shell")
        if not words or not all(isinstance(word, str) for word in (*words, *args)):
            raise UseError('start() takes a line for the shell, a list as ["gunicorn", "shop:app"], or a function')
        command = ("/bin/sh", "-c", *words) if isinstance(target, str) else (*words, *map(str, args))
        self._run(command, {}, {}, {})

    def _run(
        self,
        command: Sequence[str],
        functions: Mapping[str, Callable[[], int]],
        processes: Mapping[str, Process],
        probes: Mapping[str, Callable[[], int]],
    ) -> NoReturn:
        """`processes` stand beside the command; `functions` are what some run, `probes` tell that one serves."""
        registrars = (self.pre_start, self.post_start, self.pre_stop, self.post_stop)
        if any(registrar.closed for registrar in registrars):
            raise UseError("start() is called a second time: this process is a child of the container already")
        threads = invoke.other_threads()
        if threads:
            raise UseError(f"start() cannot fork a process with other threads ({', '.join(threads)}): start them later")
        parent = os.getppid()
        mask = syscalls.block_signals()
        try:
            for registrar in registrars:
                registrar.closed = True
            options = Options(
                callbacks={registrar.phase: registrar.hooks for registrar in registrars},
                functions=functions,
                probes=probes,
                stop_timeout=stop_timeout_of(os.environ) or self._stop_timeout,
                parent=parent,
            )
            hook_file = self._hook_file(processes)
            plan = make_plan(command, capture_inherited(mask), hook_file, options, self._config or "")
        except (UnreadableError, HookFileError, ValueError) as error:
            self._refuse(error)
        sys.stdout.flush()  # what lies in a buffer would be written by each child once more
        sys.stderr.flush()
        gc.freeze()  # collections in the children would else copy every page that this program has
        main.ignite(plan)

    def _hook_file(self, processes: Mapping[str, Process]) -> HookFile:
        file = HookFile() if self._config is None else parser.read(self._config)
        return file.with_processes(processes)

    def _refuse(self, error: Exception) -> NoReturn:
        if isinstance(error, HookFileError):
            for problem in error.problems:
                log.refuse(problem.text(str(self._config)))
            log.say(f"the hook file {quoted(self._config)} is wrong; nothing was started", "wrong_hook_file", "error")
            syscalls.leave(exit_status.CONFIG)
        refuse(str(error))


def _words(target: object) -> tuple[str, ...]:
    """Those of a list; none for what is no list, which types do not keep everybody from passing."""
    return tuple(target) if isinstance(target, Sequence) else ()


def _positive(key: str, value: Duration) -> float:
    try:
        seconds = duration.parse(value)
    except ValueError as error:
        raise ValueError(f'{key} is "{value}", {error}') from None
    if not seconds:
        raise ValueError(f'{key} is "{value}", which leaves no time at all: write at least "1s"')
    return seconds
