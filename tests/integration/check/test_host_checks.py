"""Hook files against a machine that is made for them: everything that is found, word for word."""

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifeinit.check.host import inspect, shell_syntax
from lifeinit.check.rules.host_rules import RULES
from lifeinit.config.parser import parse
from tests.integration.check import host_samples

ROOT = os.geteuid() == 0
DASH = os.path.basename(os.path.realpath(shell_syntax.SHELL)) == "dash"


def cases() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Hook file, the app's command and what is found."""
    text = Path(__file__).with_name("host_cases.txt").read_text()
    for case in text.split("\n==== ")[1:]:
        command, _, rest = case.partition("\n")
        hooks, _, found = f"\n{rest}".partition("\n----\n")
        yield hooks.strip("\n"), tuple(json.loads(command)), found.strip("\n")


CASES = tuple(cases())


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The samples and the odd files, in a directory with a short name as the current one."""
    root = Path(tempfile.mkdtemp(dir="/tmp"))
    host_samples.make(root)
    host_samples.make_odd(root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", "/usr/bin:/bin:bin")
    monkeypatch.setenv("HOME", "/")
    monkeypatch.setenv("TOOLONG", "x" * 200)
    for name in ("PWD", "OLDPWD", "SHLVL", "_"):  # as the shell of a RUN line has it
        monkeypatch.setenv(name, "/")
    yield root
    shutil.rmtree(root)


def found(hooks: str, command: tuple[str, ...], root: Path) -> str:
    findings = inspect(parse(hooks.encode()), command)
    lines = (f"{one.code} {'.'.join(map(str, one.path))}\n  {one.sentence}\n  {one.help}" for one in findings)
    return "\n".join(lines).replace(str(root), "{root}")


@pytest.mark.parametrize(("hooks", "command", "expected"), CASES, ids=[f"{case[0]}{case[1]}"[:40] for case in CASES])
def test_what_is_found_word_for_word(hooks: str, command: tuple[str, ...], expected: str, machine: Path) -> None:
    if not ROOT and "user" in hooks:
        pytest.skip("only root can run something as another user")
    if not DASH and any(word in expected for word in ("dash", "Syntax error", "W305")):
        pytest.skip("the words of another shell")
    assert found(hooks, command, machine) == expected


def test_every_rule_has_a_case() -> None:
    codes = {line[:4] for _, _, expected in CASES for line in expected.splitlines() if not line.startswith(" ")}
    elsewhere = {"E310", "E313", "W303"}  # what these need cannot be written in a hook file
    assert codes == {rule.code for rule in RULES} - elsewhere


def test_a_secret_is_never_shown(machine: Path) -> None:
    hooks = """
        pre_start = { wait_for = "postgres://app:correct-horse@db/shop" }
        ready = "http://u:correct-horse@127.0.0.1/"
        [app]
        environment = { A_TOKEN = "correct-horse", B = "redis://:correct-horse@h", C = "$NO_SUCH:correct-horse" }
    """
    text = found(hooks, (), machine)
    assert text.count("W312") == 4
    assert "correct-horse" not in text


def test_nothing_is_found_twice_however_often_it_is_written(machine: Path) -> None:
    hooks = "\n".join(f'[[post_stop]]\nname = "h{i}"\ncommand = ["./app/cleanup.sh"]' for i in range(50))
    assert (machine / "app/cleanup.sh").exists()
    findings = inspect(parse(f'[app]\nuser = "{1000 if ROOT else os.geteuid()}"\n{hooks}'.encode()))
    assert len(findings) == len(set(findings)) == (1 if ROOT else 0)


def test_nothing_that_a_terminal_would_obey_is_said(machine: Path) -> None:
    (machine / "a\x1b[2J").write_text("")
    hooks = 'pre_start = ["./a\\u001b[2J"]\npost_stop = "echo \\u001b[2J ("\n[app]\nworking_dir = "\\u001b[2J"'
    text = found(hooks, ("x y\x1b", "\udcff"), machine)
    assert {line[:4] for line in text.splitlines() if line[0] != " "} == {"E302", "E316", "E314", "E309"}
    assert all(char.isprintable() for char in text.replace("\n", ""))


WORDS = st.sampled_from(
    [
        *(
            "./fifo",
            "./loop",
            "./zero",
            "./empty",
            "./short",
            "./zip",
            "/dev/null",
            "/proc/self/exe",
            "/proc/kmsg",
        ),
        *(
            "sh",
            "-c",
            "env",
            "exec",
            "gosu",
            "python3",
            "kill",
            "-1",
            "1",
            "sleep",
            "5",
            "npm",
            "start",
            "&",
            "&&",
            "|",
        ),
        *(
            "",
            " ",
            "/",
            "..",
            "./",
            "//",
            "~",
            "*",
            "$HOME",
            "$NO_SUCH",
            "${NO_SUCH}",
            "x" * 300,
            "a/" * 3000,
            "é",
            "\u202e",
        ),
    ]
)
STRINGS = WORDS | st.lists(WORDS, min_size=1, max_size=5).map(" ".join) | st.text(max_size=20)
COMMANDS = STRINGS | st.lists(STRINGS, min_size=1, max_size=5)
TABLES = st.fixed_dictionaries(
    {"command": COMMANDS},
    optional={
        "user": st.sampled_from(["root", "nobody", "0:0", "4294967294", "x", "nobody:x", ":", "é", "1000:1000"])
        | st.text(max_size=5),
        "working_dir": STRINGS,
        "environment": st.dictionaries(st.sampled_from(["PATH", "A_TOKEN", "é"]), STRINGS),
    },
)
PHASES = st.sampled_from(["pre_start", "post_start", "pre_stop", "post_stop"])
FILES = st.fixed_dictionaries(
    {},
    optional={
        "process": st.dictionaries(st.sampled_from("abc"), TABLES, max_size=2),
        "ready": STRINGS | st.fixed_dictionaries({"command": COMMANDS}),
        "ready_file": STRINGS,
    },
).flatmap(
    lambda top: st.dictionaries(PHASES, st.lists(TABLES, max_size=3) | COMMANDS).map(lambda phases: {**top, **phases})
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(file=FILES, command=st.lists(STRINGS, max_size=4))
def test_no_hook_file_makes_it_fail(machine: Path, file: dict[str, object], command: list[str]) -> None:
    """Whatever a valid hook file names: fifos, devices, endless files, links to themselves, words that are none."""
    from lifeinit.config.diagnostic import HookFileError  # noqa: PLC0415

    try:
        hook_file = parse(toml(file).encode())
    except HookFileError:
        return
    findings = inspect(hook_file, command, str(machine / "manage.py"))
    assert len(findings) == len(set(findings))
    assert {one.code for one in findings} <= {rule.code for rule in RULES}


NO_SURROGATES = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\0")


@given(st.lists(st.text(NO_SURROGATES, max_size=6), max_size=4))  # escaped, more is longer than a help repeats
def test_the_list_that_is_proposed_is_toml(words: list[str]) -> None:
    """A quote in an item ended it: ["sh", "-c", "echo "a""]."""
    hooks = f"pre_start = {inline(['sleep 0', *words])}".encode()
    (way_out,) = (one.help for one in inspect(parse(hooks)) if one.code == "E309")
    proposed = way_out.removeprefix("write ").partition(", or one string for the shell")[0]
    assert tomllib.loads(f"it = {proposed}") == {"it": ["sleep", "0", *words]}


def toml(value: object) -> str:
    """A table as TOML: inline, since it is for no human."""
    match value:
        case dict():
            return "\n".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items())
        case _:
            raise TypeError(value)


def inline(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case _:
            return json.dumps(value).replace("\x7f", "\\u007f")
