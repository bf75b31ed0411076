"""`Container`: options and callbacks in; the init takes the place of this program, or runs as its child."""

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, Unpack

from lifeinit.api import as_hook_file, guards, invoke
from lifeinit.api.callback_hooks import hooks_of
from lifeinit.api.keywords import Command, ContainerOptions, ProcessOptions, StrPath
from lifeinit.api.phase_hooks import PhaseHooks
from lifeinit.api.settings import refuse
from lifeinit.api.spelled_out import spelled_out
from lifeinit.api.target import Target, resolved
from lifeinit.callbacks.errors import UsageError, described
from lifeinit.callbacks.registrar import Phases, check_function
from lifeinit.config import composing, contents
from lifeinit.config.diagnostic import HookFileError, UnreadableError
from lifeinit.config.keys import DEFAULT_TIMEOUT
from lifeinit.config.model import CodedHook, HookFile, Process
from lifeinit.engine.plan import Hook, Inherited, Plan


class Container(Phases[PhaseHooks]):
    """The life of a container, with callbacks around it: `pre_start`, `post_start`, `pre_stop`, `post_stop`.

    A callback runs in a forked child. It sees the program as it was at `start()`, and its changes in memory are lost
    when it returns. It sets variables with `Event.setenv`. If it raises an exception, it fails with exit status 1,
    and its traceback is printed.
    """

    @spelled_out(ContainerOptions, "top", "app")
    def __init__(self, *, config: StrPath | None = None, **options: Unpack[ContainerOptions]) -> None:
        """Does not start anything yet. The options are the keys of the hook file, at its top and in [app].

        They take precedence over those of `config`, and LIFEINIT_STOP_TIMEOUT over both.

        Raises:
            UsageError: An option is unknown or invalid.

        Args:
            config: A hook file. In each phase its hooks and those of its drop-ins (hooks.d next to it) run before those
                of the code. Default: no hook file and no drop-in is read.
        """
        super().__init__(PhaseHooks, DEFAULT_TIMEOUT)
        self._config = _path(config)
        self._skipped: tuple[contents.Skipped, ...] = ()
        self._settings = as_hook_file.settings(options)
        self._processes: dict[str, Process] = {}
        self._functions: dict[str, Callable[[], object]] = {}

    @spelled_out(ProcessOptions, "process")
    def process(self, name: str, command: Command | Callable[[], object], /, **options: Unpack[ProcessOptions]) -> None:
        """Add a process: a shell line, a program with its arguments, or a Python function.

        The processes together are the app, as in a hook file. The app is ready when all processes are, a signal goes to
        each, and when one exits the others are stopped. The options are the keys of [process.NAME].

        Raises:
            UsageError: The name, the command or an option is invalid.
            AlreadyStartedError: start() was called before.
        """
        self.pre_start.refuse_closed()
        read = as_hook_file.process(name, command, options)
        name = str.__str__(name)  # the plan takes no subclass
        if name in self._processes:
            raise UsageError(f'process "{name}" was added before: give this one another name')
        if callable(command):
            check_function(command, (), f'the function of process "{name}"')
            self._functions[name] = command
        self._processes[name] = read

    def start(self, target: Target | None = None, /, *args: object) -> NoReturn:
        """Run the app and its callbacks, and end the process with the container's exit status.

        The init takes the place of this process: PID 1 in a container, elsewhere a subreaper. The status is 78
        (EX_CONFIG) if the hook file is invalid.

        Args:
            target: A program with its arguments as a list, a shell command line, or a Python function. It is
                optional if there are processes, and then the first of them.
            args: Arguments of the function, or further arguments of the program.

        Raises:
            UsageError: The target is invalid, this process has other threads, which would be lost, or it is pytest.
            AlreadyStartedError: start() was called before, or in a program that a container of this program runs.
        """
        refuse_other_platforms("start")
        self._start(*resolved("start", target, args, self._processes))

    def run(self, target: Target | None = None, /, *args: object) -> int:
        """Run the app and its callbacks as a child of this process, and return the exit status.

        The init is a child, in a session of its own. SIGINT and SIGTERM to this process are forwarded to it, if this is
        the main thread. It can be called again. Other threads of this process do not exist in callbacks and functions:
        a lock that one of them holds now stays locked there.

        Args:
            target: As for `start`.
            args: As for `start`.

        Raises:
            UsageError: The target is invalid.
            AlreadyStartedError: It is called inside a container of this program.
            LifeinitError: No process can be forked.
        """
        refuse_other_platforms("run")
        return self._run(*resolved("run", target, args, self._processes))

    def _start(
        self,
        command: Sequence[str],
        functions: Mapping[str, Callable[[], object]] | None = None,
        processes: Mapping[str, Process] | None = None,
    ) -> NoReturn:
        """`processes` run beside the command; `functions` are what some of them call instead of a program."""
        guards.refuse_second("start")
        guards.refuse_pytest()
        guards.refuse_threads()
        from lifeinit.api import stages  # noqa: PLC0415  # as in _plan

        stages.become_init(functools.partial(self._plan, command, functions or {}, processes or {}))

    def _run(
        self,
        command: Sequence[str],
        functions: Mapping[str, Callable[[], object]] | None = None,
        processes: Mapping[str, Process] | None = None,
    ) -> int:
        """The same as a child."""
        guards.refuse_second("run")
        from lifeinit.api import stages  # noqa: PLC0415  # as in _plan

        return stages.run_init(functools.partial(self._plan, command, functions or {}, processes or {}))

    def _plan(
        self,
        command: Sequence[str],
        functions: Mapping[str, Callable[[], object]],
        processes: Mapping[str, Process],
        inherited: Inherited,
        parent: int,
    ) -> tuple[Plan, list[invoke.Function], bool]:
        """The plan, the functions that it calls by number, and whether the app has one of them.

        This process is the init's by now, and ends where there can be no plan.
        """
        # What needs Linux: a program can be imported, and its callbacks tested, on macOS and Windows.
        from lifeinit.config.planner import Options, make_plan  # noqa: PLC0415
        from lifeinit.config.stop_timeout import stop_timeout_of  # noqa: PLC0415

        of_app = {**self._functions, **functions}
        calls = [invoke.app(function) for function in of_app.values()]
        try:
            file = self._hook_file({**self._processes, **processes})
            self._tell_skipped()
            hooks: dict[str, list[Hook | CodedHook]] = {}
            for registrar in self._registrars.values():
                registrar.closed = f"{registrar.phase} is used after start(): register callbacks before it"
                hooks[registrar.phase] = hooks_of(registrar.entries, len(file.hooks[registrar.phase]), calls)
            options = Options(
                callbacks=hooks,
                functions={name: number for number, name in enumerate(of_app)},
                stop_timeout=stop_timeout_of(os.environ),
                parent=parent,
            )
            return make_plan(command, inherited, file, options, self._config or ""), calls, bool(of_app)
        except (UnreadableError, HookFileError, ValueError) as error:
            self._refuse(error)

    def _hook_file(self, processes: Mapping[str, Process]) -> HookFile:
        """That of `config` with what the code says over it. Raises ValueError for a process that both have."""
        file = HookFile()
        if self._config is not None:
            from lifeinit.config import discovery  # noqa: PLC0415  # it needs Linux

            sources = discovery.sources(self._config)
            self._skipped, file = sources.skipped, composing.parse(sources)
        for name in processes.keys() & file.process.keys():
            raise ValueError(f'process "{name}" is in the hook file too: give one of them another name')
        return self._settings.over(file).with_processes(processes)

    def _tell_skipped(self) -> None:
        if self._skipped and self._config is not None:
            from lifeinit.config import drop_ins  # noqa: PLC0415  # few hook files have any
            from lifeinit.engine import log  # noqa: PLC0415  # as in _plan

            for sentence in drop_ins.warnings(contents.folder_of(self._config), self._skipped):
                log.say(sentence, "skipped_drop_in")

    def _refuse(self, error: Exception) -> NoReturn:
        from lifeinit.engine import exit_status, log, syscalls  # noqa: PLC0415  # as above

        if isinstance(error, HookFileError) and self._config is None:
            refuse(error.problems[0].sentence)  # of the code, which this machine cannot do
        if isinstance(error, HookFileError):
            for problem in error.problems:
                log.refuse(problem.text(str(self._config)))
            log.say(f"{error.files(str(self._config))} invalid; nothing was started", "wrong_hook_file", "error")
            syscalls.leave(exit_status.CONFIG)
        refuse(str(error))


def refuse_other_platforms(what: str) -> None:
    """Raises UsageError where there is no Linux."""
    if sys.platform != "linux":
        raise UsageError(f'{what}() needs Linux, and this is "{sys.platform}": run the program in a container')


def _path(config: object) -> str | None:
    """Of the hook file. Raises UsageError."""
    path = os.fspath(config) if isinstance(config, os.PathLike) else config
    if path is not None and not isinstance(path, str):
        raise UsageError(f"config is {described(config)}: write the path of a hook file")
    return path
