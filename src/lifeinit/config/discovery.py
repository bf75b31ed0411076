"""Which hook file is read: the one that was named, else the first in the usual places that can be trusted."""

import os

from lifeinit.config import trust
from lifeinit.config.diagnostic import UnreadableError
from lifeinit.engine.record import Record
from lifeinit.startup.inherited import DIRECTORIES, NAMES


class Discovered(Record):
    """The path of the hook file, whether or not it can be read; None where there is none. `is_named`: by the user.

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
    return Discovered(None, skipped=tuple(skipped))
