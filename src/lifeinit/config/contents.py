"""The bytes of a hook file and of its drop-ins."""

import os

from lifeinit.config import trust
from lifeinit.config.diagnostic import UnreadableError, quoted
from lifeinit.engine.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LARGEST: "Final" = 1 << 20  # bytes; as large as a ConfigMap of Kubernetes can be
FOLDER: "Final" = "hooks.d"  # of the drop-ins, beside the hook file


class DropIn(Record):
    """A file of the folder. `raw` is at most a byte longer than is allowed."""

    name: str
    raw: bytes


class Skipped(Record):
    """A file of the folder that is not read, and why."""

    name: str
    reason: str


class Sources(Record):
    """What a hook file is made of. `path` is that of the hook file, or of the folder where there are drop-ins alone."""

    path: str
    raw: bytes
    drop_ins: tuple[DropIn, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Those of all files that count."""
        folder = folder_of(self.path)
        own = () if is_folder(self.path) else (self.path,)
        return (*own, *(os.path.join(folder, drop_in.name) for drop_in in self.drop_ins))

    @property
    def is_missing(self) -> bool:
        """Whether there is nothing at all: a folder without a drop-in that counts."""
        return not self.drop_ins and is_folder(self.path)


def is_folder(path: str) -> bool:
    """Whether the path names the folder itself, which stands for the drop-ins alone."""
    return os.path.basename(path.rstrip("/")) == FOLDER


def folder_of(path: str) -> str:
    """The folder of the drop-ins that belong to this hook file."""
    return path.rstrip("/") if is_folder(path) else os.path.join(os.path.dirname(path), FOLDER)


def contents(path: str, is_named: bool = True) -> bytes:
    """The bytes of the hook file at `path`; of one that is too large only the beginning. Raises UnreadableError."""
    if not is_named:
        trust.distrust_directory_of(path)
    try:
        with open(path, "rb") as file:
            if not is_named:
                trust.distrust_file(path, file.fileno())
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path can hold a NUL"
        raise UnreadableError(f"cannot read the hook file {quoted(path)}: {reason}") from None
