"""What is made of the sources, and where it belongs."""

import re
from collections.abc import Callable
from typing import Final

from lifeinit import __version__
from lifeinit.check.rules import registry
from tools.reference import keywords, manual, pages


def _with_version(path: str, before: str) -> str:
    """The file as it is, but for the version that stands after these words."""
    return re.sub(f"(?<={before})[0-9][\\w.]*\\w", __version__, (manual.ROOT / path).read_text(encoding="utf-8"))


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
    "Dockerfile.example": lambda: _with_version("Dockerfile.example", "lifeinit=="),
    "mkdocs.yml": lambda: _with_version("mkdocs.yml", "repo_name: lifeinit "),
    "docs/how-to/completion.md": lambda: _with_version("docs/how-to/completion.md", "rev: v"),
}
