"""A recording as an SVG that plays: each line appears when it was printed. Without animation it shows all of them."""

import re
from collections.abc import Iterator, Sequence
from html import escape, unescape
from typing import Final

from tools.pictures.recording import COMMAND, Line

_WIDTH, _LEFT, _TOP, _LINE = 760, 24, 72, 23
_TYPING: Final = 0.8  # seconds, before the first line
_REST: Final = 4.0  # seconds, after the last one, before it begins again
_STYLE: Final = """\
  .window { fill: #0d1117; stroke: #3d444d; }
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e6edf3; \
white-space: pre; }
  .prompt { fill: #3fb950; }
  .own { fill: #79c0ff; }
  .key { fill: #f0883e; }
"""
_PARTS: Final = re.compile(r"(\^C)?(lifeinit: )?(.*)")


def picture(lines: Sequence[Line]) -> str:
    """The whole picture."""
    height = _TOP + _LINE * len(lines) + 24
    whole = _TYPING + lines[-1].at + _REST
    return "\n".join((*_head(height), *_style(lines, whole), *_window(height), *_texts(lines), "</svg>", ""))


def read(svg: str) -> list[Line]:
    """The lines of a picture, with their times."""
    texts = [unescape(re.sub(r"<[^>]*>", "", line)) for line in re.findall(r'<text class="l\d+".*', svg)]
    whole = float(re.findall(r"animation: l0 ([\d.]+)s", svg)[0])
    begins = map(float, re.findall(r"@keyframes .* ([\d.]+)% \{ opacity: 1", svg))
    return [Line(text, round(begin / 100 * whole - _TYPING, 1)) for text, begin in zip(texts, begins, strict=True)]


def _head(height: int) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title" xml:space="preserve">'
    )
    yield '<title id="title">A terminal: lifeinit runs hooks before and after a web shop starts and stops</title>'


def _style(lines: Sequence[Line], whole: float) -> Iterator[str]:
    """One animation for each line; none for readers who want none."""
    yield f"<style>\n{_STYLE}  @media (prefers-reduced-motion: no-preference) {{"
    for number, line in enumerate(lines):
        begin = (_TYPING + line.at) / whole * 100
        yield f"    .l{number} {{ animation: l{number} {whole:.1f}s infinite step-end; }}"
        yield f"    @keyframes l{number} {{ 0% {{ opacity: 0; }} {begin:.2f}% {{ opacity: 1; }} }}"
    yield "  }\n</style>"


def _window(height: int) -> Iterator[str]:
    yield f'<rect class="window" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1}" rx="10"/>'
    for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'<circle cx="{_LEFT + 4 + 20 * number}" cy="22" r="6" fill="{colour}"/>'
    yield f'<text x="{_LEFT}" y="{_TOP - 12}"><tspan class="prompt">$ </tspan>{escape(COMMAND, quote=False)}</text>'


def _texts(lines: Sequence[Line]) -> Iterator[str]:
    for number, line in enumerate(lines):
        key, own, rest = _PARTS.fullmatch(line.text).groups()  # type: ignore[union-attr]
        parts = [
            f'<tspan class="{kind}">{text}</tspan>' for kind, text in (("key", key), ("own", own)) if text is not None
        ]
        y = _TOP + _LINE * number + 14
        yield f'<text class="l{number}" x="{_LEFT}" y="{y}">{"".join(parts)}{escape(rest, quote=False)}</text>'
