"""The state file as a file: who may read it, what it replaces, and what happens where it cannot be made."""

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lifeinit.engine.state import USUAL_DIRECTORY, StateFile, directory

if TYPE_CHECKING:
    from lifeinit.engine.json_text import Json

FIRST: "dict[str, Json]" = {"version": 1, "phase": "pre_start"}
SECOND: "dict[str, Json]" = {"version": 1, "phase": "running"}


def read(path: Path) -> object:
    return json.loads(path.read_text())


def starttime() -> int:
    return int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may hold more than 10 bytes: a write is cut short, and the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_state_and_what_names_this_process(tmp_path: Path) -> None:
    StateFile(str(tmp_path), 7).write(FIRST)
    assert read(tmp_path / "7.json") == {**FIRST, "starttime": starttime()}


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_everyone_may_read_it_and_nobody_else_write_it(tmp_path: Path, umask: int) -> None:
    """Whatever umask lifeinit was started with, which is the app's and stays as it was."""
    before = os.umask(umask)
    try:
        StateFile(str(tmp_path / "a/b"), 7).write(FIRST)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    modes = [oct(path.stat().st_mode & 0o7777) for path in (tmp_path / "a", tmp_path / "a/b", tmp_path / "a/b/7.json")]
    assert modes == ["0o755", "0o755", "0o644"]


def test_a_directory_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    StateFile(str(tmp_path), 7).write(FIRST)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_reader_sees_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    """One that has opened the old file reads it to its end; nothing else is left of the exchange."""
    file = StateFile(str(tmp_path), 7)
    file.write(FIRST)
    with (tmp_path / "7.json").open() as old:
        file.write(SECOND)
        assert json.load(old)["phase"] == "pre_start"
    assert read(tmp_path / "7.json") == {**SECOND, "starttime": starttime()}
    assert os.listdir(tmp_path) == ["7.json"]


@pytest.mark.parametrize("planted", ["7.json", ".7.json.new"])
def test_a_planted_link_is_replaced_and_never_followed(tmp_path: Path, planted: str) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "run"
    victim.write_text("untouched")
    folder.mkdir()
    (folder / planted).symlink_to(victim)
    StateFile(str(folder), 7).write(FIRST)
    assert victim.read_text() == "untouched"
    assert not (folder / "7.json").is_symlink()
    assert read(folder / "7.json") == {**FIRST, "starttime": starttime()}


def test_a_linked_directory_is_not_written_to(tmp_path: Path) -> None:
    """The control is the same directory by its own name."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    StateFile(str(link), 7).write(FIRST)
    assert os.listdir(real) == []
    StateFile(str(real), 7).write(FIRST)
    assert os.listdir(real) == ["7.json"]


def test_a_killed_lifeinits_half_written_file_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".7.json.new").write_text('{"vers')
    StateFile(str(tmp_path), 7).write(FIRST)
    assert os.listdir(tmp_path) == ["7.json"]


@pytest.mark.parametrize("planted", ["7.json", ".7.json.new"])
def test_a_planted_directory_is_not_fought(tmp_path: Path, planted: str) -> None:
    (tmp_path / planted / "full").mkdir(parents=True)
    StateFile(str(tmp_path), 7).write(FIRST)
    assert os.listdir(tmp_path) == [planted]


def test_where_it_cannot_be_made_the_first_failure_is_the_last_try(tmp_path: Path) -> None:
    """The control is another one, which finds the way free."""
    place = tmp_path / "run"
    place.write_text("a file in the way")
    file = StateFile(str(place), 7)
    file.write(FIRST)
    place.unlink()
    file.write(SECOND)
    file.remove()
    assert os.listdir(tmp_path) == []
    StateFile(str(place), 7).write(SECOND)
    assert os.listdir(place) == ["7.json"]


def test_a_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    file = StateFile(str(tmp_path), 7)
    with full_disk():
        file.write(FIRST)
    file.write(SECOND)
    assert os.listdir(tmp_path) == []


def test_a_disk_that_fills_up_takes_the_outdated_state_with_it(tmp_path: Path) -> None:
    """An old state would go on to say `ready`, for ever. With room again there is a state again."""
    file = StateFile(str(tmp_path), 7)
    file.write(FIRST)
    with full_disk():
        file.write(SECOND)
        assert os.listdir(tmp_path) == []
    file.write(SECOND)
    assert read(tmp_path / "7.json") == {**SECOND, "starttime": starttime()}


def test_a_directory_that_is_removed_is_made_again(tmp_path: Path) -> None:
    file = StateFile(str(tmp_path / "run"), 7)
    file.write(FIRST)
    (tmp_path / "run/7.json").unlink()
    (tmp_path / "run").rmdir()
    file.remove()
    file.write(SECOND)
    assert os.listdir(tmp_path / "run") == ["7.json"]


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    """It would keep the file system from being unmounted."""
    file = StateFile(str(tmp_path), 7)
    before = os.listdir("/proc/self/fd")
    file.write(FIRST)
    with full_disk():
        file.write(SECOND)
    file.write(SECOND)
    file.remove()
    assert os.listdir("/proc/self/fd") == before


def test_remove(tmp_path: Path) -> None:
    file = StateFile(str(tmp_path), 7)
    file.write(FIRST)
    StateFile(str(tmp_path), 8).write(FIRST)
    file.remove()
    file.remove()
    assert os.listdir(tmp_path) == ["8.json"]


def test_a_file_that_it_did_not_write_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "7.json").write_text("another's")
    StateFile(str(tmp_path), 7).remove()
    assert os.listdir(tmp_path) == ["7.json"]


def test_a_relative_directory_stays_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """lifeinit goes to / once the app runs."""
    monkeypatch.chdir(tmp_path)
    file = StateFile("run", 7)
    monkeypatch.chdir("/")
    file.write(FIRST)
    assert os.listdir(tmp_path / "run") == ["7.json"]


def test_no_directory_is_no_state_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFEINIT_RUN_DIR", str(tmp_path))
    file = StateFile(None, 7)
    file.write(FIRST)
    file.remove()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("value", [None, "", "/srv/\udcff"])
def test_the_directory_is_the_variables_or_the_usual_one(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("LIFEINIT_RUN_DIR", raising=False)
    if value is not None:
        monkeypatch.setenv("LIFEINIT_RUN_DIR", value)
    assert directory() == (b"/srv/\xff" if value else USUAL_DIRECTORY)


def test_a_relative_directory_in_one_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that is cannot be said any more."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    file = StateFile("run", 7)
    monkeypatch.chdir(tmp_path)
    file.write(FIRST)
    assert os.listdir(tmp_path) == []
