"""One hook file: read, checked against all that is known, silenced where it says so, and fixed."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lifeinit.check import fixing, manifest, timeline
from lifeinit.check.host import inspect, unread
from lifeinit.check.output.report import Report
from lifeinit.check.silence import Silence
from lifeinit.config import composing, drop_ins
from lifeinit.config.contents import FOLDER, LARGEST, DropIn, Sources, contents, folder_of, is_folder
from lifeinit.config.diagnostic import Diagnostic, Place, Span, UnreadableError, quoted
from lifeinit.config.discovery import has_drop_ins
from lifeinit.config.line_map import LineMap
from lifeinit.config.model import HookFile
from lifeinit.config.parser import Examined
from lifeinit.config.reporter import MOST_PROBLEMS
from lifeinit.config.trust import DistrustedError
from lifeinit.engine.plan import PHASES

STDIN, _SHOWN = "-", "<stdin>"
_MARK = b"\xef\xbb\xbf"
_BEGINNING = Span(Place(1, 1), Place(1, 1))


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
        """The report on one hook file with its drop-ins, or on a drop-in alone. Raises UnreadableError."""
        return self._report(_read(path, trusting=not self.against.this_machine), path)

    def fixed(self, path: str) -> Report:
        """The same once every safe fix is made. Raises UnreadableError, and UnwritableError if they cannot be."""
        before, fixes = self.report(path), dict[str, int]()
        sources = _known(before)
        for one in before.files:
            text, made = self._text_after_fixes(sources, one)
            if made:
                raw = _raw(sources, one.path)
                after = (_MARK if raw.startswith(_MARK) else b"") + text.encode()
                try:
                    fixing.write(one.path, raw, after)
                except fixing.UnwritableError as error:
                    raise fixing.UnwritableError(f"cannot fix {quoted(one.path)}: {error}") from None
                sources, fixes[one.path] = _with(sources, one.path, after), made
        if not fixes:
            return before
        after_all = self._report(sources, path)
        drop_ins = tuple(replace(one, fixed=fixes.get(one.path, 0)) for one in after_all.drop_ins)
        return replace(after_all, fixed=fixes.get(after_all.path, 0), drop_ins=drop_ins)

    def diff(self, report: Report) -> str:
        """What the safe fixes would change."""
        sources = _known(report)
        return "".join(fixing.diff(one.path, one.text, self._text_after_fixes(sources, one)[0]) for one in report.files)

    def _text_after_fixes(self, sources: Sources, report: Report) -> tuple[str, int]:
        """The text of one of the files, and how many fixes were made."""
        path = report.path
        if not report.fixable or path not in (sources.path, *sources.paths):
            return report.text, 0  # nothing to do, or a drop-in that does not count

        def find(text: str) -> Sequence[Diagnostic]:
            reports = self._report(_with(sources, path, text.encode()), sources.path, fixing.MOST).files
            return next(one.problems for one in reports if one.path == path)

        return fixing.fixed(report.text, find)

    def _report(self, sources: Sources, path: str, most: int = MOST_PROBLEMS) -> Report:
        """The report on the hook file; on a drop-in alone if `path` is that of one."""
        composed, lines = composing.examine(sources, most), LineMap(sources.path, ())
        hook_file, found = composed.hook_file, list[Diagnostic]()
        if hook_file is not None:
            whole_lines = LineMap(sources.path, hook_file.places.drop_ins)
            found = list(map(whole_lines.localized, self._found(hook_file, sources)))
        main, *parts = composed.parts
        reports = [
            self._of_part(part, lines.path_of(drop_in.name), found, hook_file is not None)
            for drop_in, part in zip(sources.drop_ins, parts, strict=True)
        ]
        reports += [self._of_skipped(lines.path_of(one.name), one.reason) for one in sources.skipped]
        own = self._of_part(main, "", found, hook_file is not None)
        whole = replace(own, path=sources.path, drop_ins=tuple(reports), sources=sources)
        if hook_file is not None:
            limited = self._limited(_with_command(hook_file, self.against.command))
            plan = None if whole.is_wrong else timeline.data(limited)
            whole = replace(whole, summary=_whole_summary(sources, whole.summary), hook_file=limited, plan=plan)
        return _of_drop_in(whole) if is_drop_in(path) else whole

    def _of_part(self, part: Examined, path: str, found: Sequence[Diagnostic], is_whole: bool) -> Report:
        """The report on one of the files; `found` is what was found in all of them together."""
        problems = sorted([*part.problems, *(problem for problem in found if problem.file == path)])
        is_checked = self._is_checked if is_whole else lambda _: False
        problems = self.silence.applied(problems, part.text, part.hook_file, is_checked)
        return Report(path, part.text, problems, "" if part.hook_file is None else _summary(part.hook_file))

    def _of_skipped(self, path: str, reason: str) -> Report:
        """The report on a drop-in that lifeinit would skip: it does not count, and may be wrong besides."""
        try:
            part = composing.examine_drop_in(drop_ins.contents_of(path, trusting=True), path)
        except (UnreadableError, DistrustedError):
            part = Examined(None, [], "")
        fix = "make it one, or remove it" if reason == drop_ins.NOT_A_FILE else drop_ins.FIX
        skipped = Diagnostic("W328", _BEGINNING, f"lifeinit skips this drop-in: {reason}", fix, file=path)
        return self._of_part(part.replaced(problems=[skipped, *part.problems]), path, (), is_whole=False)

    def _found(self, hook_file: HookFile, sources: Sources) -> Iterator[Diagnostic]:
        """What only files without mistakes are asked."""
        planned, container = self._limited(hook_file), self.against.container
        yield from timeline.diagnostics(planned, self.against.grace)
        if container is not None:
            yield from manifest.diagnostics(planned, container)
        if self.against.this_machine:
            paths = () if sources.path == _SHOWN else sources.paths
            yield from inspect(hook_file, self.against.command, paths, None if container is None else container.user)
            yield from unread.diagnostics(sources.path)

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


def wholes(paths: Sequence[str]) -> list[str]:
    """The paths without those of drop-ins whose hook file, or folder, is among them: its report has theirs."""
    folders = {os.path.realpath(folder_of(path)) for path in paths if path != STDIN and not is_drop_in(path)}
    return [path for path in paths if not (is_drop_in(path) and os.path.realpath(os.path.dirname(path)) in folders)]


def is_drop_in(path: str) -> bool:
    """Whether the path is that of a drop-in."""
    return path != STDIN and os.path.basename(os.path.dirname(os.path.abspath(path))) == FOLDER


def _read(path: str, *, trusting: bool) -> Sources:
    """The bytes of a hook file with its drop-ins, of a drop-in alone, or of standard input. Raises UnreadableError."""
    if path == STDIN:
        return Sources(_SHOWN, _read_stdin())
    if is_drop_in(path):
        return Sources(os.path.dirname(path) or f"../{FOLDER}", b"", (DropIn(os.path.basename(path), contents(path)),))
    if not has_drop_ins(path):
        return Sources(path, contents(path))
    raw = b"" if is_folder(path) else contents(path)
    return Sources(path, raw, *drop_ins.read(folder_of(path), trusting=trusting))


def _read_stdin() -> bytes:
    try:
        return sys.stdin.buffer.read(LARGEST + 1)
    except AttributeError:
        raise UnreadableError("cannot read the hook file from stdin: it is closed") from None


def _known(report: Report) -> Sources:
    if report.sources is None:
        raise AssertionError
    return report.sources


def _raw(sources: Sources, path: str) -> bytes:
    own: tuple[bytes, ...] = () if is_folder(sources.path) else (sources.raw,)
    raws: dict[str, bytes] = dict(zip(sources.paths, (*own, *(one.raw for one in sources.drop_ins)), strict=True))
    return raws[path]


def _with(sources: Sources, path: str, raw: bytes) -> Sources:
    """The same with other bytes of one file."""
    if path == sources.path:
        return sources.replaced(raw=raw)
    lines = LineMap(sources.path, ())
    changed = (one.replaced(raw=raw) if lines.path_of(one.name) == path else one for one in sources.drop_ins)
    return sources.replaced(drop_ins=tuple(changed))


def _of_drop_in(whole: Report) -> Report:
    """The report on a drop-in by itself. Without its hook file nothing can be said about the whole."""
    (own,) = whole.drop_ins
    return replace(own, hook_file=whole.hook_file, plan=whole.plan, sources=whole.sources)


def _with_command(hook_file: HookFile, command: tuple[str, ...]) -> HookFile:
    """The command is the first of several processes, as in a run."""
    if not command or not hook_file.processes:
        return hook_file
    return hook_file.with_processes({"app": hook_file.app.replaced(command=command)})


def _whole_summary(sources: Sources, own: str) -> str:
    """What the hook file holds itself, and how many drop-ins there are."""
    number = len(sources.drop_ins)
    added = [f"{number or 'no'} drop-in{'' if number == 1 else 's'}"] if number or is_folder(sources.path) else []
    return ", ".join([*([] if is_folder(sources.path) else [own]), *added])


def _summary(hook_file: HookFile) -> str:
    counts = [f"{len(hook_file.hooks[phase])} {phase}" for phase in PHASES if hook_file.hooks[phase]]
    number = len(hook_file.processes)
    processes = [f"{number} process{'es' if number > 1 else ''}"] if number else []
    return ", ".join([*processes, *(counts or ["no hooks"])])
