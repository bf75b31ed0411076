"""What in the documentation is made from the sources is made from the sources as they are."""

import re
from pathlib import Path

import pytest

from lifeinit import __version__
from lifeinit.check import timeline
from lifeinit.config import parser

ROOT = Path(__file__).parents[3]


def test_the_picture() -> None:
    """`lifeinit check --no-preflight --for docker --svg docs/lifecycle.svg hooks.example.toml`"""
    hook_file = parser.parse((ROOT / "hooks.example.toml").read_bytes())
    assert (ROOT / "docs/lifecycle.svg").read_text() == timeline.svg(hook_file, timeline.grace_of(None, "docker"))


PLACES = ("*.md", "docs/**/*.md", "benchmarks/*.md", "examples/**/*.md")
PAGES = sorted(page for place in PLACES for page in ROOT.glob(place))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = [target for target in _links(path.read_text()) if not (path.parent / target.partition("#")[0]).exists()]
    assert not broken


def _links(text: str) -> list[str]:
    """The relative ones, without those that stay on the page."""
    parts = text.split("](")[1:]
    targets = [part.partition(")")[0] for part in parts]
    return [target for target in targets if not target.startswith(("#", "http", "mailto"))]


def test_what_names_a_version_names_this_one() -> None:
    """An example that pins a version, and the list of changes."""
    texts = "\n".join((ROOT / name).read_text() for name in ("Dockerfile.example", "docs/how-to/completion.md"))
    assert set(re.findall(r"(?:lifeinit==|rev: v)(\d[\w.]*\w)", texts)) == {__version__}
    assert f"## [{__version__}] - " in (ROOT / "CHANGELOG.md").read_text()
