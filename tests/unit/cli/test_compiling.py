"""What is compiled is what was checked."""

from pathlib import Path

import pytest

from lifeinit.check.output.report import Report
from lifeinit.cli.compiling import compile_files, show_compiled
from lifeinit.config import compiled, drafting, parser
from lifeinit.config.contents import Sources


@pytest.mark.parametrize("now", [b'[[pre_start]]\ncommand = "false"\n', b"[[pre_start]\n", b"\xff"])
def test_a_file_that_has_changed_since_it_was_checked(
    now: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifeinit.cli.compiling.compile_lean", lambda: None)
    path = tmp_path / "hooks.toml"
    path.write_bytes(now)
    text = '[[pre_start]]\ncommand = "true"\n'
    assert not compile_files([Report(str(path), text, [], sources=Sources(str(path), text.encode()))], quiet=False)
    assert "it has changed meanwhile" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_shown_has_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "hooks.toml")
    raw = (
        b'[[pre_start]]\ncommand = "PGPASSWORD=hunter2 psql -l"\n[[pre_start]]\ncommand = ["x", "--password=hunter2"]\n'
    )
    Path(path).write_bytes(raw)
    compiled.store(Sources(path, raw), drafting.draft_to_keep(parser.parse(raw)))
    assert show_compiled(path)
    shown = capsys.readouterr().out
    assert "PGPASSWORD=******* psql -l" in shown
    assert "hunter2" not in shown
