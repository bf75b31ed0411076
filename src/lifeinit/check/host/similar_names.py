"""The name that an unknown one may be a misspelling of."""

import difflib
from collections.abc import Callable, Iterable

_MOST = 10  # guesses: each takes milliseconds
_LIKE = 0.75


class Guesses:
    """Makes a limited number of guesses."""

    def __init__(self) -> None:
        self._made = 0

    def like(self, name: str, names: Callable[[], Iterable[str]]) -> str | None:
        """The one of these names that is most like this one."""
        self._made += 1
        if self._made > _MOST:
            return None
        near = sorted({one for one in names() if abs(len(one) - len(name)) <= 3})
        return next(iter(difflib.get_close_matches(name, near, n=1, cutoff=_LIKE)), None)
