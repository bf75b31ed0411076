"""Where the oom_kill counter is read, on each kind of cgroup file system."""

from pathlib import Path

import pytest

from lifeinit.engine import oom


@pytest.mark.parametrize(
    ("own", "files", "kills"),
    [
        ("0::/\n", {"memory.events": "low 0\noom 3\noom_kill 2\n"}, 2),
        ("0::/box/a\n", {"box/a/memory.events": "oom_kill 5\n", "memory.events": "oom_kill 9\n"}, 5),
        ("0::/outer/box\n", {"memory.events": "oom_kill 1\n"}, 1),
        ("4:memory:/box\n0::/\n", {"memory/box/memory.oom_control": "under_oom 0\noom_kill 7\n"}, 7),
        ("0::/\n6:cpu,memory:/box\n", {"memory/memory.oom_control": "oom_kill 8\n"}, 8),
        ("4:memory:/box\n", {"memory/box/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"}, None),
        ("0::/\n", {}, None),
        ("rubbish\n:::\n", {"memory.events": "oom_kill x\n"}, None),
        ("", {"memory.events": "oom_kill 1\n"}, None),
    ],
)
def test_the_counter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, files: dict[str, str], kills: int | None
) -> None:
    """Version 2, version 1 and both at once; in a container the path is often one that is not seen from within."""
    for name, text in files.items():
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(text)
    (tmp_path / "own").write_text(own)
    monkeypatch.setattr(oom, "_ROOT", str(tmp_path / "root"))
    monkeypatch.setattr(oom, "_OWN", str(tmp_path / "own"))
    assert oom.kills() == kills


def test_of_a_long_file_only_the_beginning_is_kept(tmp_path: Path) -> None:
    """PID 1's memory does not grow with what a file holds, and reading one that has no end is over."""
    (tmp_path / "long").write_text("oom 0\n" * 50_000)
    assert 0 < sum(map(len, oom._read(str(tmp_path / "long")))) < 1 << 16


def test_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oom, "_OWN", "/nowhere")
    assert oom.kills() is None


@pytest.mark.parametrize(
    ("own", "files", "all_of_it"),
    [
        ("0::/\n", {"memory.oom.group": "1\n"}, True),
        ("0::/\n", {"memory.oom.group": "0\n"}, False),
        ("0::/\n", {}, False),
        ("0::/box\n", {"box/memory.oom.group": "1\n", "memory.oom.group": "0\n"}, True),
        ("0::/outer/box\n", {"memory.oom.group": "1\n"}, True),
        ("4:memory:/box\n", {"memory.oom.group": "1\n"}, False),
        ("", {"memory.oom.group": "1\n"}, False),
    ],
)
def test_whether_a_kill_ends_the_whole_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, files: dict[str, str], all_of_it: bool
) -> None:
    """As the kubelet has it on version 2; version 1 has no such file."""
    for name, text in files.items():
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(text)
    (tmp_path / "own").write_text(own)
    monkeypatch.setattr(oom, "_ROOT", str(tmp_path / "root"))
    monkeypatch.setattr(oom, "_OWN", str(tmp_path / "own"))
    assert oom.kills_all() == all_of_it
