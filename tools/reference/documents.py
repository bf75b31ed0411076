"""What is made of the sources, and where it belongs."""

from collections.abc import Callable
from typing import Final

from lifeinit.check.rules import registry
from tools.reference import keywords, manual, pages

COMMAND: Final = "python -m tools.reference"
DOCUMENTS: Final[dict[str, Callable[[], str]]] = {
    "docs/reference/keys.md": pages.hook_file_keys,
    "docs/reference/command-line.md": pages.command_line,
    "docs/reference/environment.md": pages.environment,
    "docs/reference/exit-status.md": pages.exit_statuses,
    "docs/reference/rules.md": registry.markdown,
    "src/lifeinit/api/keywords.py": keywords.keywords,
    "man/lifeinit.1": manual.program,
    "man/lifeinit-hooks.5": manual.hook_file,
}
