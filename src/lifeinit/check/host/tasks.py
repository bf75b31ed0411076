"""Every command of a hook file as it will run (user, directory, PATH), and every target with its variables."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from lifeinit.check.host.accounts import Accounts, Person
from lifeinit.check.host.as_user import Kernel
from lifeinit.check.host.programs import Place
from lifeinit.check.host.variables import Exports, Setting
from lifeinit.config.diagnostic import Diagnostic
from lifeinit.config.edits import Editor
from lifeinit.config.model import Alive, Command, Hook, HookFile, Process, Ready, Secret
from lifeinit.config.spans import Path, Places
from lifeinit.engine.plan import PHASES, User

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.engine.plan import HookPhase

Rewrite = tuple[int, int, str]  # offsets in a string, and what comes between them

COMMAND: Final = ("--",)  # the path of the app's command on the command line, which no hook file holds

_FILE_NAME = re.compile(r"[\w./+-]+")
_MOST_SCRIPTS = 8  # that a command names
_LONGEST_SCRIPT = 1 << 16  # bytes


@dataclass(frozen=True)
class Task:
    """One command. `path` is where it stands in the file, or COMMAND; `owner` is the table around it."""

    kind: Literal["hook", "app", "probe"]
    phase: "HookPhase | None"
    path: Path
    owner: Path
    command: Command
    place: Place
    places: Places

    @property
    def on_command_line(self) -> bool:
        return self.path == COMMAND

    def diagnostic(  # noqa: PLR0913, PLR0917
        self,
        code: str,
        message: str,
        fix: str,
        item: int | None = None,
        within: tuple[int, int] | None = None,
        edits: Sequence[Rewrite] = (),
        *,
        safe: bool = False,
    ) -> Diagnostic:
        """A diagnostic about the command, about one item of a list, or about the characters `within` a string."""
        path = self.path if item is None or self.on_command_line else (*self.path, item)
        span = self.places.span(path) if within is None else self.places.within(path, *within)
        written = () if self.on_command_line else [Editor(self.places).within(path, *edit) for edit in edits]
        found = tuple(edit for one in written for edit in one)
        found = found if len(found) == len(edits) else ()
        return Diagnostic(code, span, message, fix, found, safe, of_command=self.on_command_line)


class Wait(NamedTuple):
    """A target, as written: of `wait_for`, or of what is asked about a process."""

    path: Path
    text: str
    setting: Setting
    key: str


class Tasks:
    """All commands, environments and targets of a hook file, and the app's command from the command line."""

    def __init__(self, hook_file: HookFile, command: Sequence[str], accounts: Accounts, kernel: Kernel) -> None:
        self.hook_file = hook_file
        self.places = hook_file.places
        self.accounts = accounts
        self._kernel = kernel
        self.base = _current_directory()
        self.commands: list[Task] = []
        self.settings: list[Setting] = []
        self.waits: list[Wait] = []
        self._exports = Exports()
        for phase in PHASES:
            for hook in hook_file.hooks.get(phase, ()):
                self._hook(phase, hook)
        self._processes(tuple(command))

    def app_users(self) -> list[User]:
        """The users that the app runs as, each once."""
        people = [self.accounts.person(self.hook_file.app.user), *map(self._person, self.hook_file.processes.values())]
        return list(dict.fromkeys(person.user for person in people if person is not None))

    def directories(self) -> Iterator[tuple[Path, str, User]]:
        """Each working_dir, as written, and the user that has to enter it."""
        app, own = self.hook_file.app, self.accounts.own
        for path, process in (
            (("app",), app),
            *((("process", name), one) for name, one in self.hook_file.processes.items()),
        ):
            if process.working_dir is not None:
                yield (*path, "working_dir"), process.working_dir, (self._person(process) or own).user
        for hooks in self.hook_file.hooks.values():
            for hook in hooks:
                if hook.working_dir is not None:
                    person = self.accounts.person(hook.user) or own
                    yield (*hook.path, "working_dir"), hook.working_dir, person.user

    def _person(self, process: Process) -> Person | None:
        return self.accounts.person(process.user or self.hook_file.app.user)

    def _setting(self, path: Path, person: Person | None, environment: Mapping[str, str | Secret]) -> Setting:
        texts = {name: value for name, value in environment.items() if isinstance(value, str)}
        return Setting(path, person, texts, self._exports, frozenset(environment.keys() - texts.keys()))

    def _place(self, setting: Setting, working_dir: str | None) -> Place:
        user = (setting.person or self.accounts.own).user  # an unknown user is a diagnostic of its own
        return Place(user, os.path.join(self.base, working_dir or ""), setting.search)

    def _hook(self, phase: "HookPhase", hook: Hook) -> None:
        setting = self._setting(hook.path, self.accounts.person(hook.user), hook.environment)
        self.settings.append(setting)
        for i, text in enumerate(hook.wait_for):
            self.waits.append(Wait((*hook.path, "wait_for", i), text, setting, "wait_for"))
        if hook.command is not None:
            keyed = (*hook.path, "command")  # a phase that is a bare string or list has no such key
            path = keyed if keyed in self.places.spans else hook.path
            place = self._place(setting, hook.working_dir)
            self._unless(phase, hook, place)
            self.commands.append(Task("hook", phase, path, hook.path, hook.command, place, self.places))
            if phase == "pre_start":
                self._exports = self._exports.after(self._texts(hook.command, place))

    def _unless(self, phase: "HookPhase", hook: Hook, place: Place) -> None:
        if hook.unless is not None:
            path = (*hook.path, "unless")
            self.commands.append(Task("hook", phase, path, hook.path, hook.unless, place, self.places))

    def _texts(self, command: Command, place: Place) -> Iterator[str]:
        """The words of a command, and the scripts that it names."""
        words = (command,) if isinstance(command, str) else command
        yield from words
        for name in _FILE_NAME.findall(command)[:_MOST_SCRIPTS] if isinstance(command, str) else words[:_MOST_SCRIPTS]:
            raw = self._kernel.beginning(self.accounts.own.user, os.path.join(place.directory, name), _LONGEST_SCRIPT)
            yield raw.decode("utf-8", "replace")

    def _processes(self, command: tuple[str, ...]) -> None:
        """The command is the first of them, and `ready` and `alive` at the top are about the first."""
        app, processes = self.hook_file.app, self.hook_file.processes
        self.settings.append(self._setting(("app",), self._person(app), app.environment))
        if command or not processes:
            self._process(app.replaced(command=command or None), COMMAND, ("app",))
        for i, (name, process) in enumerate(self.hook_file.processes.items()):
            own: Path = ("process", name)
            self.settings.append(self._setting(own, self._person(process), process.environment))
            merged = process.below(app, is_first=i == 0 and not command)
            self._process(merged, (*own, "command"), own)

    def _process(self, process: Process, path: Path, owner: Path) -> None:
        setting = self._setting(owner, self._person(process), process.environment)
        place = self._place(setting, process.working_dir)
        if process.command is not None:
            self.commands.append(Task("app", None, path, owner, process.command, place, self.places))
        for probe in (process.ready, process.alive):
            if probe is not None:
                self._probe(probe, setting, place)

    def _probe(self, probe: Ready | Alive, setting: Setting, place: Place) -> None:
        """A probe runs as the process that it asks about."""
        if probe.target is not None:
            kind, key = probe.target.partition(":")[0].removesuffix("s"), probe.table
            self.waits.append(Wait((*probe.path, kind), probe.target, setting, key))
        if probe.command is not None:
            path = (*probe.path, "command")
            self.commands.append(Task("probe", None, path, probe.path, probe.command, place, self.places))


def _current_directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "/"  # it was removed
