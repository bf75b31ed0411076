"""`check --for`: a runtime by its name, or a manifest with a container of it."""

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from lifeinit.check import manifest
from lifeinit.check.manifest import Container, ManifestError
from lifeinit.check.timeline import ALIASES, RUNTIMES, Grace
from lifeinit.cli.parameters import ParamType
from lifeinit.config.diagnostic import quoted
from lifeinit.config.stop_timeout import stop_timeout_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

STDIN: Final = "-"
_LARGEST: Final = (16 << 20) + 1  # bytes that are read of a manifest, which refuses so many
_NAMES: Final = sorted(RUNTIMES)


@dataclass(frozen=True)
class Target:
    """What the hook file is for: a runtime by its name or as a manifest has it, and the container of the manifest.

    Of a manifest that is not read yet there are the path and the container's name.
    """

    runtime: str | Grace = ""
    container: Container | None = None
    path: str = ""
    name: str | None = None

    def read(self) -> "Target":
        """The same with the container of its manifest."""
        if not self.path:
            return self
        shown = "<stdin>" if self.path == STDIN else self.path
        try:
            container = manifest.container(shown, _contents(self.path), self.name)
            stop_timeout_of(container.environment)
        except OSError as error:
            raise click.BadParameter(
                f"cannot read {quoted(self.path)}: {error.strerror}", param_hint="'--for'"
            ) from None
        except (ManifestError, ValueError) as error:
            raise click.BadParameter(str(error), param_hint="'--for'") from None
        return Target(container.time_to_stop(), container, self.path)


class TargetType(ParamType[Target]):
    """`kubernetes`, `deploy.yaml`, `compose.yaml:web` or `-`."""

    name = "RUNTIME|FILE[:NAME]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        if isinstance(value, Target):
            return value
        text = str(value)
        known = ALIASES.get(text.lower(), text.lower())
        if known in RUNTIMES:
            return Target(known)
        path, name = _divided(text)
        if not _is_a_file(path):
            self.fail(f"{quoted(text)} is neither a file nor a runtime: write one of {', '.join(_NAMES)}", param, ctx)
        return Target(path=path, name=name)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> "list[CompletionItem[str]]":
        """The runtimes that begin so, and files."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  # no check is to pay for it

        names = [CompletionItem(name) for name in _NAMES if incomplete and name.startswith(incomplete)]
        return names or [CompletionItem(incomplete, type="file")]


def _divided(text: str) -> tuple[str, str | None]:
    """The file, and behind its last colon the container's name; a file may have a colon itself."""
    path, colon, name = text.rpartition(":")
    if not colon or os.path.exists(text):
        return text, None
    return path, name or None


def _is_a_file(path: str) -> bool:
    return path == STDIN or os.path.exists(path) or os.sep in path or path.endswith((".json", ".yaml", ".yml"))


def _contents(path: str) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read(_LARGEST)
    with open(path, "rb") as file:
        return file.read(_LARGEST)
