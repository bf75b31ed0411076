"""Which hook file is read: the one that was named, else the first in the usual places that can be trusted."""

import os

from lifeinit.config import trust
from lifeinit.config.contents import Sources, contents, folder_of, is_folder
from lifeinit.config.diagnostic import UnreadableError
from lifeinit.engine.record import Record
from lifeinit.startup.inherited import DIRECTORIES, DROP_INS, NAMES


class Discovered(Record):
    """The path of the hook file, whether or not it can be read; None where there is none. `is_named`: by the user.

    It is the folder of the drop-ins where /etc/lifeinit holds them and no hook file.

    `skipped` are sentences about files in the usual places that somebody else could have put there.
    """

    path: str | None
    is_named: bool = False
    skipped: tuple[str, ...] = ()


def discover(named: str | None) -> Discovered:
    """The hook file of --config (`named`), else of LIFEINIT_CONFIG, else of the usual places.

    An empty variable counts as unset, as usual in Compose files. Raises UnreadableError where both names stand in one
    directory: whichever was read, the other's hooks would be missed.
    """
    path = named or os.environ.get("LIFEINIT_CONFIG")
    if path:
        return Discovered(path, is_named=True)
    skipped: list[str] = []
    for directory in DIRECTORIES:
        trusted = []
        for place in filter(os.path.lexists, (directory + name for name in NAMES)):
            if reason := trust.distrust(place):
                fix = "name it with --config or LIFEINIT_CONFIG, or give it to root"
                skipped.append(f'skipping the hook file "{place}", which is not trusted: {reason}: {fix}')
            else:
                trusted.append(place)
        if len(trusted) > 1:
            fix = "keep one, or name one with --config or LIFEINIT_CONFIG"
            raise UnreadableError(f'both "{trusted[0]}" and "{trusted[1]}" exist: {fix}')
        if trusted:
            return Discovered(trusted[0], skipped=tuple(skipped))
    return Discovered(DROP_INS if os.path.lexists(DROP_INS) else None, skipped=tuple(skipped))


def sources(path: str, is_named: bool = True) -> Sources:
    """The bytes of the hook file at `path` and of its drop-ins, which nobody names: each of them has to be trusted.

    Raises UnreadableError; DistrustedError for a hook file that is not named.
    """
    raw = b"" if is_folder(path) else contents(path, is_named)
    if not has_drop_ins(path):
        return Sources(path, raw)
    from lifeinit.config import drop_ins  # noqa: PLC0415  # few hook files have any

    found, skipped = drop_ins.read(folder_of(path))
    return Sources(path, raw, found, skipped)


def has_drop_ins(path: str) -> bool:
    """Whether there is a folder, whatever it holds. A folder that was named has to exist: its reader says so."""
    try:
        os.lstat(folder_of(path))
    except (FileNotFoundError, NotADirectoryError):
        return is_folder(path)
    except OSError:
        pass  # its reader says why
    return True
