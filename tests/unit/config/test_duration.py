"""Durations, right and wrong."""

import pytest

from lifeinit.values import duration


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 0), (30, 30), (0.25, 0.25), ("500ms", 0.5), ("30s", 30), ("2m", 120), ("1m30s", 90), ("1h", 3600),
        ("1h2m3s4ms", 3723.004), ("1.5s", 1.5), ("0s", 0), ("8760h", 365 * 86400),
    ],
)  # fmt: skip
def test_durations(value: object, seconds: float) -> None:
    assert duration.parse(value) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    [
        "", "s", "30", "1.5", "30 s", " 30s", "-1s", "30S", "1s1m", "1s1s", "1d", "1e3s", "٣s", "30s\n", True, None, [],
        -1, float("inf"), float("nan"), 10**400, "8761h", "9" * 400 + "s", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_duration(value: object) -> None:
    """In a sentence that does not repeat what is endless."""
    with pytest.raises(ValueError, match=r"write") as caught:
        duration.parse(value)
    assert len(str(caught.value)) < 120


def test_a_variable_holds_text_so_a_bare_number_is_seconds() -> None:
    assert duration.parse_variable("25") == 25.0
    assert duration.parse_variable("25s") == 25.0
    with pytest.raises(ValueError, match="not a duration"):
        duration.parse_variable("nan")
