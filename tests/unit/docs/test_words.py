"""The pages use the words of the style guide (docs/contributing/style.md)."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
STYLE = ROOT / "docs/contributing/style.md"
PAGES = [ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")] + sorted(ROOT.glob("docs/**/*.md"))
AVOIDED = re.compile(
    r"nobody|somebody|\btells?\b|\btold\b|, say\b|\bgo(es)? before\b|\bwhat is left\b|\bwithout rights\b|\bkept back\b"
    r"|\bhand(s|ed)? on\b|\bpass(es|ed)? on\b|\bway out\b|\bgo(es)? wrong\b|\b(is|are) not there\b"
    r"|\banew\b|\bfor ever\b"
)


def test_no_page_has_a_word_that_the_style_guide_avoids() -> None:
    found = {
        f"{page.relative_to(ROOT)}: {match[0]}"
        for page in PAGES
        if page != STYLE
        for match in AVOIDED.finditer(prose(page.read_text()))
    }
    assert found == set()


def test_a_word_in_code_does_not_count() -> None:
    """The control."""
    text = "```\nnobody\n```\n`test_nobody` is told\n\n    nobody\n"
    assert [match[0] for match in AVOIDED.finditer(prose(text))] == ["told"]


def prose(text: str) -> str:
    """Without code, which has names of its own."""
    return re.sub(r"```.*?```|`[^`\n]*`|^    .*$", "", text, flags=re.DOTALL | re.MULTILINE)
