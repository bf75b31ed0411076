"""Which hook file is read: the one that was named, else the first of two usual places."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

PLACES: "Final" = ("hooks.toml", "/etc/lifeinit/hooks.toml")


def found(named: str | None) -> str | None:
    """The path of the hook file, whether or not it can be read; None where nobody named one and none lies there.

    A name is given by --config, else by LIFEINIT_CONFIG (an empty one counts as unset, as usual in Compose files).
    """
    if is_named(named):
        return named or os.environ["LIFEINIT_CONFIG"]
    return next((place for place in PLACES if os.path.lexists(place)), None)


def is_named(named: str | None) -> bool:
    """Whether somebody has said which hook file it is to be."""
    return bool(named or os.environ.get("LIFEINIT_CONFIG"))
