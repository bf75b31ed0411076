"""`Container`: callbacks in, the calling process becomes the init and ends with the container's status."""

import functools
import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from lifeinit.api import guards, invoke
from lifeinit.api.settings import key, refuse
from lifeinit.callbacks.errors import AlreadyStartedError, UsageError
from lifeinit.callbacks.event import Event
from lifeinit.callbacks.options import Duration, limit
from lifeinit.callbacks.registrar import Callback, Phases
from lifeinit.config import parser
from lifeinit.config.diagnostic import HookFileError, UnreadableError, quoted
from lifeinit.config.keys import DEFAULT_TIMEOUT
from lifeinit.config.model import Alive, HookFile, Process
from lifeinit.engine.plan import Hook, Identity, Inherited, Plan, Program

Target = str | Sequence[str] | Callable[..., object]


class Container(Phases):
    """The life of a container, with callbacks around it: `pre_start`, `post_start`, `pre_stop`, `post_stop`.

    A callback runs in a forked child. It sees the program as it was at `start()`; what it changes in memory is lost
    when it returns, and `Event.setenv` passes variables on. One that raises has failed with exit status 1, and its
    traceback is printed.
    """

    def __init__(
        self,
        *,
        config: str | os.PathLike[str] | None = None,
        stop_timeout: Duration | None = None,
        alive: str | Mapping[str, object] | None = None,
    ) -> None:
        """Starts nothing yet.

        Args:
            config: A hook file, whose hooks run before the callbacks of their phase. Unset: none is read.
            stop_timeout: Time from the stop request to the exit: seconds, "25s" or datetime.timedelta.
                LIFEINIT_STOP_TIMEOUT takes precedence over it, and it over the hook file.
            alive: How to learn that the app no longer works, as `alive` in a hook file: a URL, "watchdog", or a dict
                such as {"http": "http://127.0.0.1:8000/healthz", "failures": 5, "on_failure": "restart"}. It takes
                precedence over the hook file. Unset: the app is never asked.

        Raises:
            UsageError: stop_timeout is not a duration above 0, or alive cannot be asked.
        """
        super().__init__(DEFAULT_TIMEOUT)
        self._config = None if config is None else os.fspath(config)
        self._stop_timeout = limit("stop_timeout", stop_timeout)
        self._alive = read_alive(alive)

    def start(self, target: Target, /, *args: object) -> NoReturn:
        """Run the app and its callbacks, and end the process with the container's exit status.

        The init takes the place of this process: PID 1 in a container, elsewhere a subreaper. The status is 78
        (EX_CONFIG) if the hook file is invalid.

        Args:
            target: A program with its arguments as a list, a shell command line, or a Python function.
            args: Arguments of the function, or further arguments of the program.

        Raises:
            UsageError: The target is invalid, this process has other threads, which would be lost, or is pytest's.
            AlreadyStartedError: start() was called before, or in a program that a container of this program runs.
        """
        refuse_other_platforms("start")
        self._start(*_app(target, args))

    def run(self, target: Target, /, *args: object) -> int:
        """Run the app and its callbacks below this process, and return the container's exit status.

        The init is a child, in a session of its own. SIGINT and SIGTERM to this process are passed on to it if this is
        the main thread. It can be called again. Other threads of this process do not exist in callbacks and functions:
        a lock that one of them holds now stays locked there.

        Args:
            target: As for `start`.
            args: As for `start`.

        Raises:
            UsageError: The target is invalid.
            AlreadyStartedError: It is called in a container of this program.
        """
        refuse_other_platforms("run")
        return self._run(*_app(target, args))

    def _start(
        self,
        command: Sequence[str],
        functions: Mapping[str, Callable[[], object]] | None = None,
        processes: Mapping[str, Process] | None = None,
    ) -> NoReturn:
        """`processes` run beside the command; `functions` are what some of them call instead of a program."""
        self._refuse_second("start")
        guards.refuse_pytest()
        guards.refuse_threads()
        from lifeinit.api import stages  # noqa: PLC0415  # as _plan

        stages.become_init(functools.partial(self._plan, command, functions or {}, processes or {}))

    def _run(
        self,
        command: Sequence[str],
        functions: Mapping[str, Callable[[], object]] | None = None,
        processes: Mapping[str, Process] | None = None,
    ) -> int:
        """The same as a child."""
        self._refuse_second("run")
        from lifeinit.api import stages  # noqa: PLC0415  # as _plan

        return stages.run_init(functools.partial(self._plan, command, functions or {}, processes or {}))

    def _refuse_second(self, method: str) -> None:
        if any(registrar.closed for registrar in self._registrars.values()):
            raise AlreadyStartedError(f"{method}() is called a second time: this process runs below the container")
        guards.refuse_program_of_container(method)

    def _plan(
        self,
        command: Sequence[str],
        functions: Mapping[str, Callable[[], object]],
        processes: Mapping[str, Process],
        inherited: Inherited,
        parent: int,
    ) -> tuple[Plan, list[Callable[[], int]], bool]:
        """The plan, the functions that it calls by number, and whether one of them is the app. Ends this process if
        that fails: it is the init's already.
        """
        # What needs Linux: a program can be imported, and its callbacks tested, on macOS and Windows.
        from lifeinit.config.planner import Options, make_plan, stop_timeout_of  # noqa: PLC0415

        calls = [invoke.app(function) for function in functions.values()]
        try:
            hook_file = HookFile() if self._config is None else parser.read(self._config)
            hooks: dict[str, list[Hook]] = {}
            for registrar in self._registrars.values():
                registrar.closed = f"{registrar.phase} is used after start(): register callbacks before it"
                hooks[registrar.phase] = _hooks(registrar.callbacks, hook_file, calls)
            options = Options(
                callbacks=hooks,
                functions={name: number for number, name in enumerate(functions)},
                stop_timeout=stop_timeout_of(os.environ) or self._stop_timeout,
                parent=parent,
            )
            if self._alive is not None:
                hook_file = hook_file.replaced(app=hook_file.app.replaced(alive=self._alive))
            file = hook_file.with_processes(processes)
            return make_plan(command, inherited, file, options, self._config or ""), calls, bool(functions)
        except (UnreadableError, HookFileError, ValueError) as error:
            self._refuse(error)

    def _refuse(self, error: Exception) -> NoReturn:
        from lifeinit.engine import exit_status, log, syscalls  # noqa: PLC0415  # as above

        if isinstance(error, HookFileError):
            for problem in error.problems:
                log.refuse(problem.text(str(self._config)))
            log.say(f"the hook file {quoted(self._config)} is wrong; nothing was started", "wrong_hook_file", "error")
            syscalls.leave(exit_status.CONFIG)
        refuse(str(error))


def refuse_other_platforms(what: str) -> None:
    """Raises UsageError where there is no Linux."""
    if sys.platform != "linux":
        raise UsageError(f'{what}() needs Linux, and this is "{sys.platform}": run the program in a container')


def read_alive(value: object) -> Alive | None:
    """The option `alive`. Raises UsageError."""
    alive = key("top", "alive", value)
    return alive if isinstance(alive, Alive) else None


def _command(target: object, args: Sequence[object]) -> list[str]:
    """The words of a list and its further arguments. Raises UsageError for anything else."""
    command = (*target, *args) if isinstance(target, Sequence) else ()
    words = [word for word in command if isinstance(word, str)]
    if not command or len(words) < len(command):
        example = '["gunicorn", "shop:app"]'
        raise UsageError(f'start() cannot run "{target}": pass a list such as {example}, a shell line, or a function')
    return words


def _app(target: object, args: Sequence[object]) -> tuple[Sequence[str], dict[str, Callable[[], object]]]:
    """The command of the app, and the function of this name if it is one. Raises UsageError."""
    if callable(target):
        return (getattr(target, "__name__", "app"),), {"app": functools.partial(target, *args)}
    if not isinstance(target, str):
        return _command(target, args), {}
    if args:
        raise UsageError("start() takes no arguments beside a shell command line: write them into the line")
    return ("/bin/sh", "-c", target), {}


def _hooks(callbacks: Sequence[Callback], hook_file: HookFile, calls: list[Callable[[], int]]) -> list[Hook]:
    """The callbacks of a phase as hooks of the engine, which come after those of the hook file. Adds to the calls."""
    hooks = []
    for index, callback in enumerate(callbacks):
        name = callback.name
        if name == f"{callback.phase}[{index}]":  # it has no name of its own, only its place
            name = f"{callback.phase}[{len(hook_file.hooks.get(callback.phase, ())) + index}]"
        hooks.append(_hook(callback, name, len(calls)))
        calls.append(invoke.callback(functools.partial(_call, callback)))
    return hooks


def _hook(callback: Callback, name: str, call: int) -> Hook:
    options = callback.options
    return Hook(
        name,
        Program((name.encode(),), Identity(session=True), call=call),
        sleep=None,
        timeout=options.timeout,
        retries=options.retries,
        retry_delay=options.retry_delay,
        abort=options.on_failure == "abort",
        once=options.once,
        place=_place(callback.function),
        default_timeout=options.default_timeout,
    )


def _call(callback: Callback) -> object:
    return callback.call(Event.from_environment(os.environ))


def _place(function: Callable[..., object]) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return "" if code is None else f"{code.co_filename}:{code.co_firstlineno}"
