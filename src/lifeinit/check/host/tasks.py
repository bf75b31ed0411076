"""Every command of a hook file as it will be run: by whom, where, with which PATH; every target and its variables."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lifeinit.check.host.accounts import Accounts, Person
from lifeinit.check.host.variables import Exports, Setting
from lifeinit.check.rules.rule import COMMAND
from lifeinit.config.model import Command, Hook, HookFile, Process, Ready
from lifeinit.config.spans import Path
from lifeinit.engine.plan import PHASES, User

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.plan import HookPhase


@dataclass(frozen=True)
class Task:
    """One command. `at` is its path in the file, or COMMAND, `owner` that of the table it stands in.

    `who` is None where the user cannot be known, `search` (PATH) where that cannot. `directory` is where it starts,
    from the root.
    """

    kind: Literal["hook", "app", "probe"]
    phase: "HookPhase | None"
    at: Path
    owner: Path
    command: Command
    who: User | None
    directory: str
    search: str | None

    def word(self, i: int) -> Path:
        """The path of an item of the command, where it is a list in the file."""
        return self.at if isinstance(self.command, str) or self.at == COMMAND else (*self.at, i)


class Wait(NamedTuple):
    """A target, as written: of `wait_for`, or the one that says that a process is ready."""

    at: Path
    text: str
    setting: Setting
    is_ready: bool


class Survey:
    """All tasks, settings and targets of a hook file, and the app's own command if it was given."""

    def __init__(self, hook_file: HookFile, command: Sequence[str], accounts: Accounts) -> None:
        self.hook_file = hook_file
        self.accounts = accounts
        self.base = _current_directory()
        self.tasks: list[Task] = []
        self.settings: list[Setting] = []
        self.waits: list[Wait] = []
        self._exports = Exports()
        for phase in PHASES:
            for hook in hook_file.hooks.get(phase, ()):
                self._hook(phase, hook)
        self._processes(tuple(command))

    def apps(self) -> Iterator[User]:
        """Whom the app runs as, each once."""
        named = (self.accounts.person(self.hook_file.app.user), *map(self._person, self.hook_file.processes.values()))
        yield from dict.fromkeys(person.identity for person in named if person is not None)

    def directories(self) -> Iterator[tuple[Path, str, User | None]]:
        """Each working_dir that is written, as it is written, and who is to enter it."""
        app, processes = self.hook_file.app, self.hook_file.processes
        for path, process in ((("app",), app), *((("process", name), one) for name, one in processes.items())):
            if process.working_dir is not None:
                person = self._person(process)
                yield (*path, "working_dir"), process.working_dir, person.identity if person else None
        for hooks in self.hook_file.hooks.values():
            for hook in hooks:
                if hook.working_dir is not None:
                    person = self.accounts.person(hook.user)
                    yield (*hook.path, "working_dir"), hook.working_dir, person.identity if person else None

    def _person(self, process: Process) -> Person | None:
        return self.accounts.person(process.user or self.hook_file.app.user)

    def _directory(self, written: str | None) -> str:
        return self.base if written is None else os.path.join(self.base, written)

    def _hook(self, phase: "HookPhase", hook: Hook) -> None:
        person = self.accounts.person(hook.user)
        setting = Setting(hook.path, person, hook.environment, self._exports)
        self.settings.append(setting)
        for i, text in enumerate(hook.wait_for):
            self.waits.append(Wait((*hook.path, "wait_for", i), text, setting, False))
        if hook.command is not None:
            keyed = (*hook.path, "command")  # a phase that is a bare string or list has no such key
            at = keyed if keyed in self.hook_file.places.spans else hook.path
            directory, who = self._directory(hook.working_dir), person.identity if person else None
            self.tasks.append(Task("hook", phase, at, hook.path, hook.command, who, directory, setting.search))
            if phase == "pre_start":
                self._exports = self._exports.after(hook.command, directory)

    def _processes(self, command: tuple[str, ...]) -> None:
        """The command is the first of them, and `ready` at the top is about the first."""
        app, processes = self.hook_file.app, self.hook_file.processes
        self.settings.append(Setting(("app",), self._person(app), app.environment, self._exports))
        if command or not processes:
            self._process(app.replaced(command=command or None), COMMAND, ("app",), ("ready",))
        for i, (name, process) in enumerate(processes.items()):
            own: Path = ("process", name)
            self.settings.append(Setting(own, self._person(process), process.environment, self._exports))
            tops = process.ready is None and i == 0 and not command
            merged = process.replaced(
                ready=app.ready if tops else process.ready,
                working_dir=process.working_dir or app.working_dir,
                environment={**app.environment, **process.environment},
            )
            self._process(merged, (*own, "command"), own, ("ready",) if tops else (*own, "ready"))

    def _process(self, process: Process, at: Path, owner: Path, ready_at: Path) -> None:
        person = self._person(process)
        setting = Setting(owner, person, process.environment, self._exports)
        if process.command is not None:
            directory, who = self._directory(process.working_dir), person.identity if person else None
            self.tasks.append(Task("app", None, at, owner, process.command, who, directory, setting.search))
        if process.ready is not None:
            self._ready(process.ready, ready_at, setting)

    def _ready(self, ready: Ready, at: Path, setting: Setting) -> None:
        """A probe is lifeinit's own program: it has the variables, and neither the user nor the directory."""
        if ready.target is not None:
            kind = ready.target.partition(":")[0].removesuffix("s")
            self.waits.append(Wait((*at, kind), ready.target, setting, True))
        if ready.command is not None:
            own = self.accounts.own.identity
            self.tasks.append(Task("probe", None, (*at, "command"), at, ready.command, own, self.base, setting.search))


def _current_directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "/"  # ours was removed
