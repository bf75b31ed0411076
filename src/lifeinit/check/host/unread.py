"""Drop-ins of the image that no hook file elsewhere reads."""

import os
from collections.abc import Iterator

from lifeinit.config import drop_ins
from lifeinit.config.contents import folder_of
from lifeinit.config.diagnostic import Diagnostic, Place, Span, UnreadableError, quoted
from lifeinit.startup.inherited import DROP_INS

_BEGINNING = Span(Place(1, 1), Place(1, 1))


def diagnostics(path: str) -> Iterator[Diagnostic]:
    """W329. `path` is that of the hook file, or of a folder of drop-ins."""
    if os.path.realpath(folder_of(path)) == os.path.realpath(DROP_INS):
        return
    try:
        names = drop_ins.names(DROP_INS)
    except UnreadableError:
        return
    if names:
        which = f"{quoted(names[0])}{f' and {len(names) - 1} more' if len(names) > 1 else ''}"
        message = f"the drop-ins in {quoted(DROP_INS)} are not read next to this hook file: {which}"
        fix = 'move it to "/etc/lifeinit/hooks.toml", or the drop-ins next to it'
        yield Diagnostic("W329", _BEGINNING, message, fix)
