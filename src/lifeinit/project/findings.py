"""What was found in the folder of an app, as far as its hook file and its image need it."""

from typing import Final, NamedTuple

EVERYWHERE: Final = "0.0.0.0"  # noqa: S104  # a server in a container is asked from outside
PORT: Final = 8000  # of a server that the CMD line starts
_LAST_PORT: Final = 65535


def port_of(text: str) -> int | None:
    """The port that a text names; None for any other text."""
    port = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    return port if 0 < port <= _LAST_PORT else None


class Hook(NamedTuple):
    """A pre_start hook: a command or a target to wait for, and the sentence that says where it comes from."""

    name: str
    key: str
    value: object
    comment: str
    timeout: str = ""


class Untranslated(NamedTuple):
    """Statements of a shell script that become no hook, by their first and last lines, and what to write instead."""

    script: str
    line: int
    last_line: int
    text: str
    advice: tuple[str, ...]


class App(NamedTuple):
    """The app of the folder. `kinds` are the names that a person would give it, `packages` what its server needs.

    `port` is what it listens on, if that is known; `keys` are keys of `[app]`, each with a comment. `worker` runs
    beside it, or in a container of its own.
    """

    kinds: tuple[str, ...] = ()
    is_python: bool = False
    command: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    port: int | None = None
    hooks: tuple[Hook, ...] = ()
    keys: tuple[tuple[str, object, str], ...] = ()
    worker: tuple[str, ...] = ()


class Findings(NamedTuple):
    """All that was found. `grace` is the grace period in seconds, if the folder says it, and `source` the file."""

    app: App = App()
    kinds: tuple[str, ...] = ()
    steps: tuple[Hook | Untranslated, ...] = ()
    grace: float | None = None
    source: str = ""
