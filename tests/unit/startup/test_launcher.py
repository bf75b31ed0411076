"""What is loaded while the planner reads the options."""

import pytest

from lifeinit.startup.launcher import may_bring_hooks


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--config", "hooks.toml", "--", "app"], True),
        (["-g", "--config=hooks.toml", "--", "app"], True),
        (["--pre-start=true", "app"], True),
        (["--post-stop", "true", "--", "app"], True),
        (["-g", "--", "app"], False),
        (["--", "app", "--config", "x"], False),
        (["app", "--config", "x"], False),
        (["-g", "app", "--config", "x"], False),
        ([], False),
    ],
)
def test_options_that_bring_hooks(words: list[str], expected: bool) -> None:
    """An app's own option of that name must not cost a plain init the memory."""
    assert may_bring_hooks(words) is expected
