"""The preview that a link to the repository shows: the name, what it is, and the life of a container."""

from collections.abc import Iterator
from typing import Final

_WIDTH, _HEIGHT = 1280, 640
_BLUE, _GREEN, _ORANGE = "#4493f8", "#3fb950", "#f0883e"
_COLUMN, _GAP, _LEFT = 268, 14, 84
# Each box with its row, and its first and last columns.
_BOXES: Final = (
    ("pre_start", _BLUE, 0, 0, 0),
    ("post_start", _BLUE, 0, 1, 1),
    ("pre_stop", _ORANGE, 0, 2, 2),
    ("post_stop", _ORANGE, 0, 3, 3),
    ("your app", _GREEN, 1, 1, 2),
)
_STYLE: Final = """\
  text { font-family: ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
  .name { font-size: 120px; font-weight: 700; fill: #f0f6fc; }
  .what { font-size: 44px; fill: #d1d9e0; }
  .how { font-size: 34px; fill: #9198a1; }
  .phase { font-size: 27px; font-weight: 600; fill: #0d1117; text-anchor: middle; }
"""


def picture() -> str:
    """The whole picture."""
    return "\n".join((*_lines(), "</svg>", ""))


def _lines() -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="title">'
    )
    yield '<title id="title">lifeinit: PID 1 for containers, with hooks</title>'
    yield f"<style>\n{_STYLE}</style>"
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#0d1117"/>'
    yield '<text class="name" x="80" y="190">lifeinit</text>'
    yield '<text class="what" x="84" y="270">PID 1 for containers, with lifecycle hooks</text>'
    yield '<text class="how" x="84" y="340">Reaps zombies, forwards signals, keeps the exit status.</text>'
    for name, colour, row, first, last in _BOXES:
        x, y = _LEFT + first * (_COLUMN + _GAP), 410 + row * 88
        width = (last - first) * (_COLUMN + _GAP) + _COLUMN
        yield f'<rect x="{x}" y="{y}" width="{width}" height="74" rx="12" fill="{colour}"/>'
        yield f'<text class="phase" x="{x + width // 2}" y="{y + 47}">{name}</text>'
