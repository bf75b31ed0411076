"""Compiled hook files: the same plan and the same problems as the text, or none at all."""

import marshal
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifeinit.config import compiled, drafting, keys, parser, planner
from lifeinit.config.contents import Sources
from lifeinit.config.diagnostic import Diagnostic, HookFileError
from lifeinit.config.keys import Key
from lifeinit.config.model import HookFile
from lifeinit.config.planner import Options
from lifeinit.engine.plan import PHASES, Inherited, Plan
from lifeinit.engine.signals import NUMBERS
from tests import needs
from tests.fuzz.hook_file import SEEDS

if TYPE_CHECKING:
    from lifeinit.config.draft import Draft

INHERITED = Inherited(mask=(1,), sigchld_ignored=True, lc_ctype_added=True, directory=b"/srv")
TEXT = b'pre_stop = { sleep = "3s" }\n[app.environment]\nURL = "$HOST/x"\n'
OWN_USER = f"{os.geteuid()}:{os.getegid()}"
ANSWERS = {
    "user": (f'"{OWN_USER}"', '"no-such-user"'),
    "environment": ('{ A = "$HOST", B = "${HOME}/$$" }', '{ A = "x" }'),
}
Answer = Plan | list[Diagnostic]


@pytest.fixture
def file(tmp_path: Path) -> str:
    tmp_path.chmod(0o755)
    path = tmp_path / "hooks.toml"
    path.write_bytes(TEXT)
    path.chmod(0o644)
    return str(path)


def draft(raw: bytes = TEXT) -> "Draft":
    return drafting.draft_to_keep(parser.parse(raw))


def compile_file(path: str, raw: bytes = TEXT) -> Path:
    compiled.store(Sources(path, raw), draft(raw))
    return Path(compiled.beside(path))


def reason(path: str, raw: bytes = TEXT) -> str:
    with pytest.raises(compiled.UnusableError) as caught:
        compiled.load(Sources(path, raw))
    return str(caught.value)


# The same as the text.


def planned(of: "Draft", command: tuple[str, ...], options: Options) -> Answer:
    try:
        return planner.fill_draft(of, command, INHERITED, options, "hooks.toml")
    except HookFileError as error:
        return error.problems


def written(choose: random.Random, key: Key) -> str:
    return f"{key.name} = {choose.choice(ANSWERS.get(key.name, (key.example,)))}"


def table(choose: random.Random, name: str, first: tuple[str, ...] = ()) -> list[str]:
    """A few keys of a table, with one of those that exclude one another."""
    rows = [key for key in keys.TABLES[name].values() if key.name not in {"process", "app", *PHASES, "ready", "alive"}]
    one_of = [key for key in rows if key.one_of and (key.name != "drain" or "pre_stop" in str(first))]
    some = [key for key in rows if not key.one_of and choose.random() < 0.3]
    chosen = [*([choose.choice(one_of)] if one_of else []), *some]
    return [
        *first,
        *(written(choose, key) for key in chosen if not any(key.name == line.split(" ")[0] for line in first)),
    ]


def hook_file(choose: random.Random) -> bytes:
    """A hook file of any size; nearly every one is right."""
    lines = table(choose, "top")
    for probe in ("ready", "alive"):
        if choose.random() < 0.4:
            lines += [f"{probe} = {{ {', '.join(table(choose, probe))} }}"]
    if choose.random() < 0.6:
        lines += ["[app]", *table(choose, "app")]
    for name in ("web", "worker")[: choose.choice((0, 0, 1, 2))]:
        lines += [f"[process.{name}]", *table(choose, "process", ('command = "run"',))]
    for phase in PHASES:
        for i in range(choose.choice((0, 1, 2))):
            lines += [f"[[{phase}]]", *table(choose, "hook", (f'name = "{phase}-{i}"',))]
    return "\n".join([*lines, ""]).encode()


def options_of(choose: random.Random) -> Options:
    some: dict[str, object] = {
        "hooks": {"pre_start": ("one", "two"), "post_stop": ("three",)},
        "stop_timeout": 5.0,
        "group": True,
        "rewrite": {1: None, NUMBERS["USR1"]: NUMBERS["USR2"]},
        "success_exit_codes": frozenset({3, 4}),
        "parent_death_signal": 15,
        "verbose": 2,
        "quiet": True,
        "json": True,
    }
    return Options.filled({name: value for name, value in some.items() if choose.random() < 0.3})


def cases() -> Iterator[tuple[bytes, HookFile]]:
    """Right files: seeds of the fuzzer, and 300 made of all keys."""
    choose, found = random.Random(11), 0
    for raw in [*SEEDS, *(hook_file(choose) for _ in range(2500))]:
        examined = parser.examine(raw)
        if examined.hook_file is not None:
            found += 1
            yield raw, examined.hook_file
    assert found > 300


def test_a_compiled_file_gives_the_plan_and_the_problems_of_its_text(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose, answers = random.Random(5), {True: 0, False: 0}
    for raw, read in cases():
        compiled.store(Sources(file, raw), drafting.draft_to_keep(read))
        kept = compiled.load(Sources(file, raw))
        assert kept is not None
        command: tuple[str, ...] = choose.choice(((), ("app", "x")))
        options = options_of(choose)
        if choose.random() < 0.5:
            monkeypatch.setenv("HOST", "db")
        else:
            monkeypatch.delenv("HOST", raising=False)
        expected = planned(drafting.draft_of(read), command, options)
        assert planned(kept, command, options) == expected
        answers[isinstance(expected, Plan)] += 1
    assert min(answers.values()) > 20


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_it_keeps_every_draft_as_it_is(file: str, seed: int) -> None:
    raw = hook_file(random.Random(seed))
    examined = parser.examine(raw)
    if examined.hook_file is not None:
        made = drafting.draft_to_keep(examined.hook_file)
        compiled.store(Sources(file, raw), made)
        assert compiled.load(Sources(file, raw)) == made


# What the file is like.


def test_the_same_input_makes_the_same_bytes(file: str) -> None:
    first = compile_file(file).read_bytes()
    assert compile_file(file).read_bytes() == first
    assert set(os.listdir(os.path.dirname(file))) == {"hooks.toml", "hooks.toml.compiled"}


@pytest.mark.parametrize(("mode", "expected"), [(0o644, 0o644), (0o600, 0o600), (0o666, 0o644), (0o755, 0o644)])
def test_who_can_read_the_hook_file_can_read_it_and_nobody_else_can_write_it(
    file: str, mode: int, expected: int
) -> None:
    os.chmod(file, mode)
    assert compile_file(file).stat().st_mode & 0o7777 == expected


@needs.ROOT
@pytest.mark.parametrize("uid", [0, 4711])
def test_it_belongs_to_whom_the_hook_file_belongs(file: str, uid: int) -> None:
    """So it is trusted where that is: by a lifeinit that runs as this user."""
    os.chown(file, uid, 4711)
    os.chmod(file, 0o640)
    found = compile_file(file).stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (uid, 4711, 0o640)
    if uid == 0:
        assert compiled.load(Sources(file, TEXT)) == draft()
    else:
        assert reason(file) == "it is not trusted: it belongs to uid 4711"


def test_none_is_written_where_others_could_replace_it(file: str) -> None:
    os.chmod(os.path.dirname(file), 0o777)
    with pytest.raises(compiled.UnusableError, match=r"^its directory can be written by others$"):
        compile_file(file)
    assert os.listdir(os.path.dirname(file)) == ["hooks.toml"]


# What does not count.


def test_a_missing_one_is_no_matter(file: str) -> None:
    assert compiled.load(Sources(file, TEXT)) is None
    compiled.remove(file)


def test_one_of_another_text_is_ignored(file: str) -> None:
    compile_file(file)
    assert reason(file, TEXT + b"#") == "the hook file or a drop-in has changed since"


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [(compiled, "__version__", "0.0.1"), (sys, "version", "3.99"), (compiled, "_MAKERS", ("config/keys.py",))],
)
def test_one_of_another_lifeinit_or_python_is_ignored(
    file: str, monkeypatch: pytest.MonkeyPatch, place: object, name: str, value: object
) -> None:
    compile_file(file)
    monkeypatch.setattr(place, name, value)
    assert reason(file) == "another version of lifeinit or of Python made it"


def test_a_damaged_one_is_ignored(file: str) -> None:
    """Whatever byte is changed, and wherever it ends."""
    path = compile_file(file)
    right = path.read_bytes()
    for at in (*range(60, 120), *range(120, len(right), 101), len(right) - 1):
        path.write_bytes(right[:at])
        assert reason(file)
        path.write_bytes(right[:at] + bytes([right[at] ^ 0x20]) + right[at + 1 :])
        assert reason(file)
    path.write_bytes(right + b"x")
    assert reason(file) == "it is damaged"


@pytest.mark.parametrize(
    "value", [b"", b"\xff", b"i\x00", marshal.dumps(5), marshal.dumps({"plan": {}}), marshal.dumps([1] * 9)]
)
def test_what_holds_no_draft_is_ignored(file: str, value: bytes) -> None:
    """With the right digests, too."""
    path = compile_file(file)
    head = path.read_bytes()[: len(compiled._TITLE) + 16]
    path.write_bytes(head + compiled._digest(value) + value)
    assert reason(file) == "it is damaged"


def test_what_is_no_file_is_ignored_at_once(file: str) -> None:
    path = Path(compiled.beside(file))
    os.mkfifo(path)
    assert reason(file) == "it is not a compiled hook file"
    path.unlink()
    path.mkdir()
    assert reason(file) == "it is not a compiled hook file"


def test_a_link_is_not_followed(file: str) -> None:
    path = compile_file(file)
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")
    assert reason(file) == "it cannot be read: Too many levels of symbolic links"


def test_a_huge_one_is_not_read(file: str) -> None:
    path = compile_file(file)
    os.truncate(path, 1 << 40)
    assert reason(file) == "it is not a compiled hook file"


@needs.ROOT
@pytest.mark.parametrize(
    ("uid", "mode", "expected"),
    [
        (4711, 0o644, "it is not trusted: it belongs to uid 4711"),
        (0, 0o646, "it is not trusted: it can be written by others"),
    ],
)
def test_one_that_others_could_have_written_is_ignored(file: str, uid: int, mode: int, expected: str) -> None:
    path = compile_file(file)
    os.chown(path, uid, 0)
    path.chmod(mode)
    assert reason(file) == expected


@needs.ROOT
def test_so_is_one_in_a_directory_of_others_although_the_hook_file_was_named(file: str) -> None:
    compile_file(file)
    os.chown(os.path.dirname(file), 4711, 4711)
    assert reason(file) == "it is not trusted: its directory belongs to uid 4711"


def test_what_decides_about_a_draft_is_part_of_its_version() -> None:
    """A file that is moved away would be left out in silence."""
    assert not [name for name in compiled._MAKERS if not os.path.exists(os.path.join(compiled._PACKAGE, name))]
