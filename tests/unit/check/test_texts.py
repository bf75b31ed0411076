"""Durations and texts as a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check.output.text_width import cut, fitted, width, wrapped
from lifeinit.values import duration, duration_text


@given(st.floats(0.001, 3e7))
def test_a_written_duration_is_read_back(seconds: float) -> None:
    read = duration.parse(duration_text.written(seconds))
    assert read == pytest.approx(seconds, abs=0.0006 if seconds < 60 else 0.51)


@pytest.mark.parametrize(
    ("seconds", "spoken", "written"),
    [
        (0.0, "0 s", "0s"),
        (0.25, "250 ms", "250ms"),
        (0.9999, "1 s", "999.9ms"),
        (2.5, "2.5 s", "2.5s"),
        (59.999, "1 min", "59.999s"),
        (90.0, "1 min 30 s", "1m30s"),
        (3600.0, "1 h", "1h"),
        (90061.0, "25 h 1 min 1 s", "25h1m1s"),
        (4.0 / 6, "667 ms", "666.667ms"),
    ],
)
def test_durations_in_words(seconds: float, spoken: str, written: str) -> None:
    assert (duration_text.exact(seconds), duration_text.written(seconds)) == (spoken, written)


@pytest.mark.parametrize(
    ("seconds", "less"), [(10.0, "9s"), (9.5, "9s"), (1.0, "900ms"), (0.5, "400ms"), (0.1, "90ms"), (0.0, None)]
)
def test_the_next_round_duration_below(seconds: float, less: str | None) -> None:
    assert duration_text.below(seconds) == less


def test_text_is_cut_by_its_cells() -> None:
    assert (width("a起é"), width("e\u0301")) == (4, 1)
    assert cut("起動起動", 7) == "起動..."
    assert cut("起動起動", 6) == "起..."
    assert cut("abc", 2) == ".."
    assert (fitted("起", 4), fitted("起", 4, right=True)) == ("起  ", "  起")


@given(st.text(st.sampled_from("ab 値e\u0301"), max_size=60), st.integers(8, 30), st.sampled_from(["", "  "]))
def test_no_line_of_a_wrapped_text_is_too_wide(text: str, columns: int, indent: str) -> None:
    """And nothing is lost but spaces."""
    lines = wrapped(text, columns, indent)
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(line.startswith(indent) for line in lines[1:])


def test_a_text_is_wrapped_between_words() -> None:
    assert wrapped("  = help: one two three", 14, "     ") == ["  = help: one", "     two three"]
    assert wrapped("x" * 12, 5, " ") == ["xxxxx", " xxxx", " xxx"]
