"""What is not to be told: `# lifeinit: ignore[CODE]` in the file, and the codes that the command line leaves out."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lifeinit.check.rules import registry
from lifeinit.config.diagnostic import Diagnostic, Edit, Place, Span, quoted
from lifeinit.config.model import HookFile
from lifeinit.config.spans import STRING, Lines, Places

_TOKEN = re.compile(rf"(?s){STRING}|(?P<comment>\#[^\n]*)")
_BLANK = re.compile(r"[ \t]*(?:#|\r?\n|$)")
_IGNORE = re.compile(r"#\s*lifeinit:\s*ignore\b(?:\[(?P<codes>[^\]\n]*)\])?")
_CODE = re.compile(r"[^\s,]+")
_FORM = "write the codes of warnings, for example # lifeinit: ignore[W311, W312]"


@dataclass(frozen=True)
class Ignore:
    """One comment: its codes with their spans, the spans of it and of what goes with it, the lines that it is about."""

    codes: tuple[tuple[str, Span], ...]
    span: Span
    whole: Span
    lines: range

    def covers(self, problem: Diagnostic) -> bool:
        return not problem.of_command and problem.span.start.line in self.lines

    def without(self, code: str) -> Edit:
        """The edit that leaves out a code, or the comment where it is the only one."""
        others = [one for one, _ in self.codes if one != code]
        inside = Span(self.codes[0][1].start, self.codes[-1][1].end)
        return Edit(inside, ", ".join(others)) if others else Edit(self.whole, "")


@dataclass(frozen=True)
class Silence:
    """Prefixes of codes: of warnings that are left out, and of those that alone are kept if there are any."""

    ignored: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()

    def applied(
        self,
        problems: Sequence[Diagnostic],
        text: str,
        hook_file: HookFile | None,
        is_checked: Callable[[str], bool],
    ) -> list[Diagnostic]:
        """The problems that are left, and one for each ignore that ignores nothing. Errors are never left out."""
        found = ignores(text, None if hook_file is None else hook_file.places) if "ignore" in text else []
        kept = [one for one in problems if one.severity == "error" or not _is_ignored(one, found)]
        if found:
            is_known = is_checked if hook_file is not None else lambda _: False
            kept = sorted([*kept, *_idle(found, problems, is_known)])
        return [one for one in kept if one.severity == "error" or self._is_kept(one.code)]

    def _is_kept(self, code: str) -> bool:
        return not code.startswith(self.ignored) and (not self.selected or code.startswith(self.selected))


def _is_ignored(problem: Diagnostic, found: Sequence[Ignore]) -> bool:
    return any(one.covers(problem) and any(problem.code == code for code, _ in one.codes) for one in found)


def _idle(
    found: Sequence[Ignore], problems: Sequence[Diagnostic], is_checked: Callable[[str], bool]
) -> Iterator[Diagnostic]:
    """W101: an ignore, or a code of one, that ignores nothing."""
    for one in found:
        if not one.codes:
            yield Diagnostic("W101", one.span, "the comment has no code to ignore", _FORM)
        for code, span in one.codes:
            if code.startswith("E") and code in registry.RULES:
                message = f"{code} is an error, which cannot be ignored"
            elif code not in registry.RULES:
                message = f"{quoted(code)} is not the code of a warning"
            elif is_checked(code) and not any(one.covers(other) and other.code == code for other in problems):
                message = f"{code} does not occur here"
            else:
                continue
            near = registry.near(code) if code not in registry.RULES else []
            fix = f"did you mean {' or '.join(near)}?" if near else "remove it"
            yield Diagnostic("W101", span, message, fix, () if near else (one.without(code),), safe=not near)


def ignores(text: str, places: Places | None) -> list[Ignore]:
    """Every such comment. `places` are the statements: one that goes over several lines is meant as a whole."""
    lines, statements = Lines(text), _statements(places) if places else {}
    comments = (token for token in _TOKEN.finditer(text) if token["comment"])
    found = (_IGNORE.search(text, token.start(), token.end()) for token in comments)
    return [_ignore(match, lines, statements) for match in found if match]


def _ignore(match: re.Match[str], lines: Lines, statements: dict[int, range]) -> Ignore:
    text, (start, end) = lines.text, match.span()
    begin, line = text.rfind("\n", 0, start) + 1, lines.at(start).line
    codes = _CODE.finditer(text, *match.span("codes")) if match["codes"] else ()
    named = tuple((code.group(), lines.between(*code.span())) for code in codes)
    line_end = text.find("\n", end) + 1 or len(text) + 1
    before = len(text[begin:start].rstrip(" \t"))
    if before:  # behind a statement, which stays
        whole = lines.between(begin + before, line_end - 1)
        return Ignore(named, lines.between(start, end), whole, statements.get(line, range(line, line + 1)))
    about = line + 1
    while (line_end := _line_end(text, line_end)) and _BLANK.match(text, text.rfind("\n", 0, line_end - 1) + 1):
        about += 1
    whole = Span(Place(line, 1), Place(line + 1, 1))
    covered = statements.get(about, range(about, about + 1))
    return Ignore(named, lines.between(start, end), whole, range(line, covered.stop))


def _line_end(text: str, at: int) -> int:
    """Behind the line that begins there; 0 where there is none."""
    return 0 if at >= len(text) else text.find("\n", at) + 1 or len(text)


def _statements(places: Places) -> dict[int, range]:
    """The lines of each statement of several, by the first and the last."""
    found = dict[int, range]()
    for one in places.spans.values():
        first, last = places.at(one.start).line, places.at(one.end).line
        if last > first and one.value > one.key_end:
            found[first] = found[last] = range(first, last + 1)
    return found
