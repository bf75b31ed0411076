"""The bytes of a hook file."""

from lifeinit.config import trust
from lifeinit.config.diagnostic import UnreadableError, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

LARGEST: "Final" = 1 << 20  # bytes; as large as a ConfigMap of Kubernetes can be


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
