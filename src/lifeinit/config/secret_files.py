"""Values that stand in files: whether these are there, and which of them a prober gets."""

import os

from lifeinit.engine import secret_file
from lifeinit.engine.plan import Identity
from lifeinit.values import interpolation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lifeinit.config.draft import Mark


def check(secrets: "Sequence[tuple[str, str, Mark]]", wrong: "Callable[[Mark, str], None]") -> None:
    """Tell of each file that is missing or cannot be read."""
    for name, file, at in secrets:
        try:
            secret_file.read(os.fsencode(name), os.fsencode(file))
        except OSError as error:
            fix = "correct the file or the path" if os.path.exists(file) else "mount it there, or correct the path"
            wrong(at, f"{error.strerror}: {fix}")


def without_others(identity: Identity, words: "Sequence[bytes]") -> Identity:
    """For a prober that runs no command: only those that its targets name, or what they name needs."""
    named = {os.fsencode(name) for word in words for name in interpolation.pieces(os.fsdecode(word))[1::2]}
    secret = {name for name, _ in identity.secrets}
    known = tuple((name, value) for name, value in identity.environment if name in named or not {*value[1::2]} & secret)
    needed = named.union(*(value[1::2] for _, value in known))
    return identity.replaced(environment=known, secrets=tuple(pair for pair in identity.secrets if pair[0] in needed))
