"""Every console session of the pages is run as it stands, and prints what the page shows."""

from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, all_blocks
from tests.docs.sessions import files_of, fits, outputs_of, shown_in

SESSIONS = [block for block in all_blocks() if block.language == "console" and block.marker != "see"]


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("block", SESSIONS, ids=str)
def test_a_session(block: Block, tmp_path: Path) -> None:
    files_of(block.page, tmp_path)
    session = shown_in(block)
    environment = {"LC_ALL": "C"}
    printed = outputs_of([command for command, _ in session], tmp_path, environment)
    for (command, shown), really in zip(session, printed, strict=True):
        assert fits(shown, really), f"{block}: $ {command}\n{really}"


@pytest.mark.usefixtures("namespaces")
def test_another_output_does_not_fit(tmp_path: Path) -> None:
    """The control."""
    text = "$ lifeinit --post-stop 'echo bye' -- true\nlifeinit: app exited 0\nbye\nlifeinit: post_stop[0]: ok in 9 s\n"
    block = Block("docs/index.md", 1, "console", text)
    ((command, shown),) = shown_in(block)
    (printed,) = outputs_of([command], tmp_path, {})
    assert fits(shown, printed)
    assert fits("lifeinit: app exited 0\n...\nlifeinit: post_stop[0]: ok in 1 s", printed)
    assert not fits(shown.replace("exited 0", "exited 1"), printed)
    assert not fits(shown.replace("bye\n", ""), printed)


def test_the_pages_have_sessions() -> None:
    assert len({block.page for block in SESSIONS}) > 5
    assert all((ROOT / block.page).exists() for block in SESSIONS)
