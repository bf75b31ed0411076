"""From the bytes of a hook file to a HookFile, or to every problem in it at once."""

from lifeinit.config import load
from lifeinit.config.diagnostic import Diagnostic, HookFileError
from lifeinit.config.model import HookFile
from lifeinit.config.reporter import MOST_PROBLEMS
from lifeinit.config.spans import Places
from lifeinit.config.tables import Tables
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lifeinit.config.recovery import Error


class Examined(Record):
    """What a hook file says (None if that cannot be told), what is wrong with it, and its text, to be shown."""

    hook_file: HookFile | None
    problems: list[Diagnostic]
    text: str


def parse(raw: bytes) -> HookFile:
    """The hook file that these bytes are. Raises HookFileError with all its problems."""
    examined = examine(raw)
    errors = [problem for problem in examined.problems if problem.severity == "error"]
    if errors or examined.hook_file is None:
        raise HookFileError(errors)
    return examined.hook_file


def examine(raw: bytes, most: int = MOST_PROBLEMS, kind: type[Tables] = Tables) -> Examined:
    """All that can be said of these bytes, up to a limit. There is a hook file as soon as there is no error."""
    try:
        text = load.decode(raw)
        table = load.load(text)
    except load.RefusedError as refused:
        return Examined(None, [refused.problem], load.shown(raw))
    except load.BrokenError as broken:
        return Examined(None, _of_broken(text, broken.error, most, kind), text)
    hook_file, problems = _read(text, table, most, kind)
    has_errors = any(problem.severity == "error" for problem in problems)
    return Examined(None if has_errors else hook_file, problems, text)


def _read(
    text: str, table: dict[str, object], most: int, kind: type[Tables]
) -> tuple[HookFile | None, list[Diagnostic]]:
    tables = kind(Places(text), most)
    try:
        return tables.hook_file(table), sorted(tables.problems)
    except HookFileError as error:  # so many that nobody would read more
        return None, error.problems


def _of_broken(text: str, error: "Error", most: int, kind: type[Tables]) -> list[Diagnostic]:
    """What is no TOML, and what is wrong in the rest."""
    from lifeinit.config.recovery import UNSURE, recover  # noqa: PLC0415  # only a mistake pays for it

    recovered = recover(text, error, most // 10)  # each takes longer to find
    others = [] if recovered.table is None else _read(recovered.text, recovered.table, most, kind)[1]
    return sorted([*recovered.problems, *(other for other in others if other.code not in UNSURE)])
