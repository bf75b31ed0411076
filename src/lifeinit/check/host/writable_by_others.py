"""Who could change what root runs: a hook's program, its script, the directories on the way, and the hook file."""

import stat
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_lexer
from lifeinit.check.host.access import Files, Found
from lifeinit.check.host.invocation import Words, base_name, behind, script_argument, shell_line
from lifeinit.check.host.program_lookup import Program, Programs
from lifeinit.check.host.tasks import Survey, Task
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted
from lifeinit.engine.plan import User

_EVERYBODY = User(-1, -1, ())  # owns nothing and is in no group


class Trust:
    """Looks at what runs as root with the eyes of the app's users. Each place is told once, where it is first met."""

    def __init__(self, files: Files, programs: Programs, apps: Sequence[User]) -> None:
        self.files = files
        self.programs = programs
        self.apps = [app for app in apps if app.uid != 0]
        self._told: set[str] = set()

    def hooks(self, tasks: Sequence[Task]) -> Iterator[Finding]:
        for task in tasks:
            if task.kind == "app" or task.who is None or task.who.uid != 0:
                continue
            culprit = next((one for found in self._runs(task) if (one := self._culprit(found)) is not None), None)
            if culprit is not None and culprit[0] not in self._told:
                path, whom = culprit
                self._told.add(path)
                sentence = f"root runs what {whom} can change, {quoted(path)}: it could make itself root"
                yield Finding("W302", task.at, sentence, f"{_mend(path)}, or give the hook a user of its own")

    def hook_file(self, file: str | None, survey: Survey) -> Iterator[Finding]:
        if file is None or survey.accounts.own.identity.uid != 0:
            return
        found = self.files.find(file, survey.base, None)
        if isinstance(found, Found) and (culprit := self._culprit(found)) is not None:
            path, whom = culprit
            of = "this file" if path == found.passed[-1] else f"this file through {quoted(path)}"
            sentence = f"{whom} can change {of}, and lifeinit runs its hooks as root"
            yield Finding("W303", (), sentence, _mend(path))

    def _runs(self, task: Task) -> Iterator[Found]:
        """The files that the task's command runs, as far as they can be told before."""
        for words in self._commands(task):
            if words and words[0] is not None:
                answer = self.programs.ask(words[0], task.directory, task.search, task.who)
                if isinstance(answer, Program):
                    yield answer.found
            base = self.programs.base(task.directory)
            # `python -m` looks for the module where it stands.
            script = "." if "-m" in words and base_name(words[0]).startswith("python") else script_argument(words)
            if script is not None and base is not None:
                found = self.files.find(script, base, None)
                if isinstance(found, Found):
                    yield found

    def _commands(self, task: Task) -> list[Words]:
        line = shell_line(task)
        if line is None:
            return [] if isinstance(task.command, str) else [behind(task.command)]
        commands = [behind(simple.plain) for simple in shell_lexer.read(line).commands]
        moved = next((i for i, words in enumerate(commands) if words and words[0] in {"cd", "."}), len(commands))
        return [words for words in commands[:moved] if words and words[0] not in shell_lexer.BUILTINS]

    def _culprit(self, found: Found) -> tuple[str, str] | None:
        """The first place on the way that somebody else can change, and who."""
        for path in reversed(found.passed):
            state = self.files.state(path)
            if state is None or stat.S_ISCHR(state.st_mode):
                continue
            for app in (*self.apps, _EVERYBODY):
                # In a sticky directory nobody can replace what is another's; what stands in it is looked at itself.
                shared = bool(state.st_mode & stat.S_ISVTX) and state.st_uid != app.uid
                if self.files.may_change(path, app) and not (shared and stat.S_ISDIR(state.st_mode)):
                    return path, "everybody" if app is _EVERYBODY else f"the app (uid {app.uid})"
        return None


def _mend(path: str) -> str:
    return f"chown root {path} && chmod go-w {path}"
