"""One hook file: read, checked against all that is known, silenced where it says so, and fixed."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lifeinit.check import fixing, manifest, timeline
from lifeinit.check.host import inspect
from lifeinit.check.output.report import Report
from lifeinit.check.silence import Silence
from lifeinit.config import parser
from lifeinit.config.contents import LARGEST, contents
from lifeinit.config.diagnostic import Diagnostic, UnreadableError
from lifeinit.config.model import HookFile
from lifeinit.config.reporter import MOST_PROBLEMS
from lifeinit.engine.plan import PHASES

STDIN, _SHOWN = "-", "<stdin>"
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Against:
    """What a file is checked against: the app's command, the grace period, a manifest's container, this machine."""

    command: tuple[str, ...]
    grace: timeline.Grace | None
    container: manifest.Container | None
    this_machine: bool


@dataclass(frozen=True)
class Checker:
    """Checks files. `silence` is what the command line leaves out."""

    against: Against
    silence: Silence

    def report(self, path: str) -> Report:
        """The report on one file. Raises UnreadableError."""
        return self._report(path, _read(path))

    def fixed(self, path: str) -> Report:
        """The same once every safe fix is made. Raises UnreadableError, and UnwritableError if they cannot be."""
        raw = _read(path)
        before = self._report(path, raw)
        text, made = self._text_after_fixes(before)
        if not made:
            return before
        after = (_MARK if raw.startswith(_MARK) else b"") + text.encode()
        fixing.write(path, raw, after)
        return replace(self._report(path, after), fixed=made)

    def diff(self, report: Report) -> str:
        """What the safe fixes would change."""
        return fixing.diff(report.path, report.text, self._text_after_fixes(report)[0])

    def _text_after_fixes(self, report: Report) -> tuple[str, int]:
        if not report.fixable:
            return report.text, 0
        return fixing.fixed(report.text, lambda text: self._report(report.path, text.encode(), fixing.MOST).problems)

    def _report(self, path: str, raw: bytes, most: int = MOST_PROBLEMS) -> Report:
        examined, file = parser.examine(raw, most), None if path in {STDIN, _SHOWN} else path
        problems, hook_file = list(examined.problems), examined.hook_file
        if hook_file is not None:
            problems += self._found(hook_file, file)
        problems = self.silence.applied(sorted(problems), examined.text, hook_file, self._is_checked)
        if hook_file is None:
            return Report(file or _SHOWN, examined.text, problems)
        summary, hook_file = _summary(hook_file), self._limited(_with_command(hook_file, self.against.command))
        plan = None if any(one.severity == "error" for one in problems) else timeline.data(hook_file)
        return Report(file or _SHOWN, examined.text, problems, summary, hook_file, plan)

    def _found(self, hook_file: HookFile, file: str | None) -> Iterator[Diagnostic]:
        """What only a file without mistakes is asked."""
        planned, container = self._limited(hook_file), self.against.container
        yield from timeline.diagnostics(planned, self.against.grace)
        if container is not None:
            yield from manifest.diagnostics(planned, container)
        if self.against.this_machine:
            yield from inspect(hook_file, self.against.command, file, None if container is None else container.user)

    def _limited(self, hook_file: HookFile) -> HookFile:
        """With the limit of the stop that a manifest sets."""
        container = self.against.container
        return hook_file if container is None else manifest.with_environment(hook_file, container)

    def _is_checked(self, code: str) -> bool:
        """Whether all is known that a rule without errors asks about."""
        if code.startswith(("W4", "N4")):
            return self.against.grace is not None
        if code in {"W302", "W303", "W324"} and os.geteuid() != 0:
            return False
        return self.against.this_machine or code.startswith(("W1", "W2"))


def _read(path: str) -> bytes:
    """The bytes of a file, or of standard input. Raises UnreadableError."""
    if path != STDIN:
        return contents(path)
    try:
        return sys.stdin.buffer.read(LARGEST + 1)
    except AttributeError:
        raise UnreadableError("cannot read the hook file from stdin: it is closed") from None


def _with_command(hook_file: HookFile, command: tuple[str, ...]) -> HookFile:
    """The command is the first of several processes, as in a run."""
    if not command or not hook_file.processes:
        return hook_file
    return hook_file.with_processes({"app": hook_file.app.replaced(command=command)})


def _summary(hook_file: HookFile) -> str:
    counts = [f"{len(hook_file.hooks[phase])} {phase}" for phase in PHASES if hook_file.hooks[phase]]
    number = len(hook_file.processes)
    processes = [f"{number} process{'es' if number > 1 else ''}"] if number else []
    return ", ".join([*processes, *(counts or ["no hooks"])])
