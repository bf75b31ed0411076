"""Which hook file is read: the one that was named, else the first of two usual places that can be trusted."""

import os

from lifeinit.config import trust
from lifeinit.engine.record import Record
from lifeinit.startup.inherited import PLACES


class Discovered(Record):
    """The path of the hook file, whether or not it can be read; None where there is none. `is_named`: by the user.

    `skipped` are sentences about files in the usual places that somebody else could have put there.
    """

    path: str | None
    is_named: bool = False
    skipped: tuple[str, ...] = ()


def discover(named: str | None) -> Discovered:
    """The hook file of --config (`named`), else of LIFEINIT_CONFIG, else of the usual places.

    An empty variable counts as unset, as usual in Compose files.
    """
    path = named or os.environ.get("LIFEINIT_CONFIG")
    if path:
        return Discovered(path, is_named=True)
    skipped: list[str] = []
    for place in PLACES:
        if os.path.lexists(place):
            reason = trust.distrust(place)
            if not reason:
                return Discovered(place, skipped=tuple(skipped))
            fix = "name it with --config or LIFEINIT_CONFIG, or give it to root"
            skipped.append(f'skipping the hook file "{place}", which is not trusted: {reason}: {fix}')
    return Discovered(None, skipped=tuple(skipped))
