"""The pictures are what their tools draw today."""

from tools.pictures import social, terminal
from tools.pictures.__main__ import SOCIAL, TERMINAL


def test_the_recording_is_drawn_as_its_tool_draws_it() -> None:
    """`python -m tools.pictures`; that a run prints these lines is tested in tests/docs/test_readme.py."""
    text = TERMINAL.read_text(encoding="utf-8")
    lines = terminal.read(text)
    assert len(lines) > 5
    assert text == terminal.picture(lines)
    assert max(len(line.text) for line in lines) <= 80


def test_the_preview_is_drawn_as_its_tool_draws_it() -> None:
    assert SOCIAL.read_text(encoding="utf-8") == social.picture()
    assert SOCIAL.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
