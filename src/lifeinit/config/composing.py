"""One hook file of several: the drop-ins' hooks stand behind those of the hook file itself, phase by phase."""

from lifeinit.config import keys, parser
from lifeinit.config.contents import Sources
from lifeinit.config.diagnostic import Diagnostic, HookFileError, quoted
from lifeinit.config.line_map import LineMap
from lifeinit.config.model import Hook, HookFile
from lifeinit.config.parser import Examined
from lifeinit.config.reporter import MOST_PROBLEMS, Table
from lifeinit.config.spans import Lines, Offsets, Path, Places
from lifeinit.config.tables import Tables
from lifeinit.engine.plan import PHASES
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Composed(Record):
    """What the files say together (None as soon as one has an error), and each for itself, the hook file first."""

    hook_file: HookFile | None
    parts: tuple[Examined, ...]


def parse(sources: Sources) -> HookFile:
    """The hook file with its drop-ins. Raises HookFileError with the problems of all files."""
    if not sources.drop_ins:
        return parser.parse(sources.raw)
    composed = examine(sources)
    errors = [problem for part in composed.parts for problem in part.problems if problem.severity == "error"]
    if composed.hook_file is None:
        raise HookFileError(errors)
    return composed.hook_file


def examine(sources: Sources, most: int = MOST_PROBLEMS) -> Composed:
    """All that can be said of these files, of each up to a limit."""
    lines, main = LineMap(sources.path, ()), parser.examine(sources.raw, most)
    paths = [lines.path_of(drop_in.name) for drop_in in sources.drop_ins]
    parts = [examine_drop_in(drop_in.raw, path, most) for drop_in, path in zip(sources.drop_ins, paths, strict=True)]
    if parts:
        parts = _without_second_names(sources.path, main, parts, paths)
    has_errors = any(problem.severity == "error" for part in (main, *parts) for problem in part.problems)
    whole = None if has_errors else main.hook_file
    named = [(drop_in.name, part.hook_file) for drop_in, part in zip(sources.drop_ins, parts, strict=True)]
    if whole is not None and named:
        whole = _joined(whole, [(name, hook_file) for name, hook_file in named if hook_file is not None])
    return Composed(whole, (main, *parts))


def examine_drop_in(raw: bytes, path: str, most: int = MOST_PROBLEMS) -> Examined:
    """All that can be said of one drop-in."""
    examined = parser.examine(raw, most, _DropInTables)
    return examined.replaced(problems=[problem.replaced(file=path) for problem in examined.problems])


class _DropInTables(Tables):
    """A drop-in has hooks alone: what else there is to say is said in one file."""

    def hook_file(self, table: Table) -> HookFile:
        foreign = [key for key in table if key in keys.TABLES["top"] and key not in PHASES]
        for key in foreign:
            fix = "write it in the hook file itself"
            self.wrong("E104", (key,), f"{key} is in a drop-in, which takes only hooks", fix, at_key=True)
        return super().hook_file({key: value for key, value in table.items() if key not in foreign})

    def _unknown_keys(self, at: Path, table: Table, known: tuple[str, ...], label: str) -> set[str]:
        return super()._unknown_keys(at, table, *((known, label) if at else (PHASES, "a drop-in")))


def _without_second_names(
    main_path: str, main: Examined, parts: "Sequence[Examined]", paths: "Sequence[str]"
) -> list[Examined]:
    """The parts with an error for each name that an earlier file has in the same phase."""
    taken = {key: main_path for key, _ in _names(main.hook_file)}
    found = list[Examined]()
    for part, path in zip(parts, paths, strict=True):
        problems = list(part.problems)
        own = dict(_names(part.hook_file))
        for (phase, name), hook in own.items():
            if (phase, name) in taken and part.hook_file is not None:
                message = f"a second {phase} hook named {quoted(name)}: {quoted(taken[phase, name])} has the first"
                span = part.hook_file.places.span((*hook.path, "name"))
                problems.append(Diagnostic("E207", span, message, "give it another name", file=path))
        taken = {**dict.fromkeys(own, path), **taken}
        found.append(part.replaced(problems=sorted(problems)))
    return found


def _names(hook_file: HookFile | None) -> "Iterator[tuple[tuple[str, str], Hook]]":
    """The hooks that have a name of their own, by phase and name."""
    for phase, hooks in hook_file.hooks.items() if hook_file else ():
        yield from (((phase, hook.name), hook) for hook in hooks if not hook.name.startswith(f"{phase}["))


def _joined(main: HookFile, drop_ins: "Sequence[tuple[str, HookFile]]") -> HookFile:
    hooks = {phase: list(main.hooks[phase]) for phase in PHASES}
    for name, drop_in in drop_ins:
        for phase, added in drop_in.hooks.items():
            hooks[phase] += [_moved(hook, name, phase, len(hooks[phase]) + i) for i, hook in enumerate(added)]
    places = JoinedPlaces(main.places, [(name, drop_in.places) for name, drop_in in drop_ins])
    return main.replaced(**{phase: tuple(hooks[phase]) for phase in PHASES}, places=places)


def _moved(hook: Hook, file: str, phase: str, index: int) -> Hook:
    """The hook at its place among all: one without a name is called after that."""
    name = f"{phase}[{index}]" if hook.name.startswith(f"{phase}[") else hook.name
    return hook.replaced(name=name, file=file, path=_path(file, hook.path))


def _path(file: str, path: Path) -> Path:
    """Where something of a drop-in stands. No key of a valid hook file holds a NUL."""
    return (f"\0{file}", *path)


class JoinedPlaces(Places):
    """The places of several texts that stand in a row, an empty line between them, so that each has its own end."""

    def __init__(self, main: Places, others: "Sequence[tuple[str, Places]]") -> None:
        texts, self.spans = [_padded(main.text)], dict(main.spans)
        drop_ins: list[tuple[str, int]] = []
        at, lines = len(texts[0]), texts[0].count("\n")
        for name, places in others:
            drop_ins.append((name, lines))
            self.spans.update({_path(name, path): _shifted(found, at) for path, found in places.spans.items()})
            texts.append(_padded(places.text))
            at, lines = at + len(texts[-1]), lines + texts[-1].count("\n")
        Lines.__init__(self, "".join(texts))
        self.drop_ins, self._strings = tuple(drop_ins), {}


def _padded(text: str) -> str:
    return f"{text}\n" if text.endswith("\n") else f"{text}\n\n"


def _shifted(found: Offsets, by: int) -> Offsets:
    return Offsets(*(offset + by for offset in (found.key, found.key_end, found.value, found.end, found.start)))
