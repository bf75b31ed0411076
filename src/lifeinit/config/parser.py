"""From the bytes of a hook file to a HookFile, or to every problem in it at once."""

from lifeinit.config import load
from lifeinit.config.contents import contents
from lifeinit.config.diagnostic import Diagnostic, HookFileError
from lifeinit.config.model import HookFile
from lifeinit.config.spans import Places
from lifeinit.config.tables import Tables
from lifeinit.engine.record import Record


class Examined(Record):
    """What a hook file says (None if that cannot be told), what is wrong with it, and its text, to be shown."""

    hook_file: HookFile | None
    problems: list[Diagnostic]
    text: str


def read(path: str, is_named: bool = True) -> HookFile:
    """The hook file at `path`. Raises HookFileError with all its problems, or UnreadableError.

    One that nobody has named may be a trap: DistrustedError where somebody else could have put it there.
    """
    return parse(contents(path, is_named))


def parse(raw: bytes) -> HookFile:
    """The hook file that these bytes are. Raises HookFileError with all its problems."""
    examined = examine(raw)
    errors = [problem for problem in examined.problems if problem.severity == "error"]
    if errors or examined.hook_file is None:
        raise HookFileError(errors)
    return examined.hook_file


def examine(raw: bytes) -> Examined:
    """All that can be said of these bytes. There is a hook file as soon as there is no error."""
    try:
        text = load.decode(raw)
        table = load.load(text)
    except load.RefusedError as refused:
        return Examined(None, [refused.problem], load.shown(raw))
    tables = Tables(Places(text))
    try:
        hook_file = tables.hook_file(table)
    except HookFileError as error:  # so many that nobody would read more
        return Examined(None, error.problems, text)
    problems = sorted(tables.problems)
    has_errors = any(problem.severity == "error" for problem in problems)
    return Examined(None if has_errors else hook_file, problems, text)
