"""What somebody may have meant who wrote the name of a program or file that is not there."""

import difflib
import itertools
import os
from collections.abc import Callable, Iterable

_MOST = 10  # guesses: each takes milliseconds
_MOST_NAMES = 20_000
_LIKE = 0.75


class Guesses:
    """Reads each directory once."""

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, ...]] = {}
        self._made = 0

    def near(self, name: str, directories: Iterable[str]) -> str | None:
        """The name in these directories that is most like this one."""
        return self.like(name, lambda: (one for directory in directories for one in self._in(directory)))

    def like(self, name: str, names: Callable[[], Iterable[str]]) -> str | None:
        """The one of these names that is most like this one."""
        self._made += 1
        if self._made > _MOST:
            return None
        near = difflib.get_close_matches(
            name, sorted({one for one in names() if abs(len(one) - len(name)) <= 3}), n=1, cutoff=_LIKE
        )
        return near[0] if near else None

    def _in(self, directory: str) -> tuple[str, ...]:
        if directory not in self._names:
            try:
                with os.scandir(directory) as entries:
                    self._names[directory] = tuple(entry.name for entry in itertools.islice(entries, _MOST_NAMES))
            except (OSError, ValueError):
                self._names[directory] = ()
        return self._names[directory]
