"""What `check` says of a line for the shell, held against what dash and bash do with it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lifeinit.config.parser import examine
from tests.integration.check.conftest import Inspect
from tests.integration.check.shells import SH_HAS_PIPEFAIL

DASH, BASH = shutil.which("dash") or "", shutil.which("bash") or ""
PROGRAMS = {name: f"#!/bin/sh\necho {name} >> ran\nexit $(cat {name}.status 2>/dev/null || echo 0)\n" for name in "abc"}

# A line, what of it is marked, and the code where it runs in dash. In bash nothing is marked.
DIFFERENT = [
    ("set -o pipefail; ./a", "pipefail", "E317"),
    ("set -euo pipefail\n./a", "pipefail", "E317"),
    ("if ./a; then set -o pipefail; fi; ./b", "pipefail", "W326"),
    ("(exit 3) &> log; echo $?", "&>", "W326"),
    ("./a >& log", ">&", "E317"),
    ("echo {1..5}", "{1..5}", "W326"),
    ("mkdir -p data/{a,b}; ls data", "{a,b}", "W326"),
    ("source ./env && echo $NAME", "source", "W326"),
    ("[[ -f env ]] && echo found", "[[", "W326"),
    ('[ "$PWD" == "$PWD" ] && echo same', "==", "W326"),
    ("A=xay; echo ${A//a/b}", "${A//a/b}", "E317"),
    ('A=xay; echo "${A:1:1}"', "${A:1:1}", "E317"),
    ("A=x; echo ${A^^}", "${A^^}", "E317"),
    ("trap 'echo failed' ERR; (exit 3); :", "ERR", "W326"),
    ("trap 'echo stopped' SIGTERM; kill -s TERM $$", "SIGTERM", "W326"),
    ("kill -SIGCONT $$ && echo sent", "-SIGCONT", "W326"),
    ("function f { echo f; }; f", "function", "E316"),
    ("cat <<< text", "<<<", "E316"),
    ("cat <(echo text)", "<(", "E316"),
    ("a=(x y); echo done", "a=(", "E316"),
    ("./a |& cat; echo done", "|&", "E316"),
    ("echo $'a\\tb'", "$'a\\tb'", "W326"),
    ("echo -e a", "-e", "W326"),
    ('echo "$(<env)"', "$(<env)", "W326"),
    ("i=1; echo $((i++))", "$((i++))", "E317"),
    ("((1)) && echo true", "((", "W326"),
    ("A=a; A+=b; echo $A", "A+=b", "W326"),
    ("declare A=b; echo $A", "declare", "W326"),
]
# What only looks like it: dash does the same as bash.
THE_SAME = [
    "(set -o pipefail) 2>/dev/null && set -o pipefail; echo done",
    "echo '{1..5}' \"{a,b}\" \\{a,b} ${A:-{a,b\\}}",
    "echo \"a &> b\" '[[ source' # [[ &> {1..2}",
    "cat <<'E'\nsource [[ &> {1..5} ${A//b}\nE",
    "echo ${A:-b} ${A:=c} ${A%/*} ${A#*/} ${#A} $((1 + 1))",
    "echo \"\\${A//b}\" '${A//b}'",
    "trap 'echo stopped' TERM EXIT; kill -CONT $$",
    "[ -f env ] && . ./env && echo $NAME 2>&1 >&2",
    "f() { echo f; }; f",
    'source() { . "$@"; }; source ./env; echo $NAME',
    "printf '%s\\n' a+=b",
    "a= b=c; (echo $a $b)",
    "find . -name env -exec echo {} \\;",
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "env").write_text("NAME=x\n")
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def run(shell: str, line: str, directory: Path) -> tuple[int, str]:
    """The status and the output of the shell, with what goes to the background."""
    done = subprocess.run(
        [shell, "-c", line], check=False, capture_output=True, text=True, cwd=directory, env={"PATH": os.defpath}
    )
    for name in ("log", "data"):
        subprocess.run(["rm", "-rf", name], check=True, cwd=directory)
    return done.returncode, done.stdout


def hook(line: str) -> str:
    return f"pre_start = {json.dumps(line)}"


Found = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def found(inspected: Inspect, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Found]:
    """The diagnostics of each shell, of all lines at once."""
    directory = tmp_path_factory.mktemp("found")
    for name in ("a", "b", "c", "env"):
        (directory / name).write_text("#!/bin/sh\n")
        (directory / name).chmod(0o755)
    lines = [*(line for line, _, _ in DIFFERENT), *THE_SAME, *LOST, *NOT_LOST, *IN_BACKGROUND]
    asked = [(shell, line) for shell in (DASH, BASH) for line in lines]
    answers = inspected([{"hooks": hook(line), "shell": shell, "edits": True} for shell, line in asked], directory)
    known = dict(zip(asked, answers, strict=True))
    return lambda line: {shell: known[shell, line] for shell in (DASH, BASH)}


@pytest.mark.parametrize(("line", "marked", "code"), DIFFERENT, ids=lambda text: text[:30])
def test_what_dash_does_differently_is_marked(
    line: str, marked: str, code: str, found: Callable[[str], Found], home: Path
) -> None:
    if marked == "pipefail" and SH_HAS_PIPEFAIL:
        pytest.skip("this dash has pipefail")
    assert run(DASH, line, home) != run(BASH, line, home)
    (first,) = [one for one in found(line)[DASH] if one[0] != "W325"]
    start, end = (int(column) for column in first[1].partition(":")[2].split("-"))
    assert (first[0], json.loads(f'"{hook(line)[start - 1 : end - 1]}"')) == (code, marked)
    assert [one for one in found(line)[BASH] if one[0] != "W325"] == []


@pytest.mark.parametrize("line", THE_SAME, ids=lambda text: text[:30])
def test_what_dash_does_as_bash_is_not_marked(line: str, found: Callable[[str], Found], home: Path) -> None:
    assert run(DASH, line, home) == run(BASH, line, home)
    assert found(line) == {DASH: [], BASH: []}


# A line in which ./a fails, and what of the command whose failure nobody would notice is shown.
LOST = {
    "./a\n./b": "a",
    "./a; ./b": "a",
    "./a\nexec ./b": "a",
    "\n  ./a\n  ./b\n": "a",
    "cd . && ./a\n./b": "a",
    "if [ -f env ]; then ./a; fi\n./b": "a",
    "if [ -f env ]; then\n ./a\n ./b\nfi": "a",
    "for i in a b; do ./$i; done": "$i",
    "(./a; ./b)": "a",
    "f() { ./a; ./b; }; f": "a",
    "./a <<E\nx\nE\n./b": "a",
    "case $PWD in *) ./a;; esac; ./b": "a",
    "./a > log\nset -e\n./b": "a",
}
# The program fails, and somebody notices, or it is said that nobody has to.
NOT_LOST = {
    "./a && ./b": 1,
    "set -e\n./a\n./b": 1,
    "set -eu; ./a; ./b": 1,
    "set -o errexit\n./a\n./b": 1,
    "export X=1\nexec ./a": 1,
    "mkdir -p data\nexec ./a": 1,
    "./a || exit 1; ./b": 1,
    "./a\nstatus=$?\n./b\nexit $status": 1,
    "if ! ./a; then exit 1; fi; ./b": 1,
    "[ -x ./a ] && ./a; true": 0,
    "./a; true": 0,
    "./a || true; ./b": 0,
    "./a &\nwait": 0,
    "cd . && ./a": 1,
    "echo begin; ./a": 1,
    "until ./a || true; do sleep 1; done; ./b": 0,
}


# It fails when the hook has succeeded already.
IN_BACKGROUND = ["./a &", "set -e; ./a & ./b", "nohup ./a > log 2>&1 &"]

Edit = tuple[tuple[tuple[int, int], tuple[int, int]], str]


def applied(text: str, edits: list[Edit]) -> str:
    """A text of one line with its edits."""
    for ((_, start), (_, end)), new in sorted(edits, reverse=True):
        text = f"{text[: start - 1]}{new}{text[end - 1 :]}"
    return text


@pytest.mark.parametrize("line", LOST)
def test_a_lost_failure_is_marked_and_the_edit_finds_it(line: str, found: Callable[[str], Found], home: Path) -> None:
    (home / "a.status").write_text("3")
    assert run(DASH, line, home)[0] == run(BASH, line, home)[0] == 0
    for shell in (DASH, BASH):
        (one,) = [one for one in found(line)[shell] if one[0] != "W301"]
        assert one[0] == "W325"
        assert f"./{LOST[line]}" in one[2]
        fixed = json.loads(applied(hook(line), json.loads(one[4])).partition("= ")[2])
        assert run(shell, fixed, home)[0] == 3


@pytest.mark.parametrize("line", IN_BACKGROUND)
def test_a_failure_in_the_background_is_marked(line: str, found: Callable[[str], Found], home: Path) -> None:
    """The hook has succeeded before it fails."""
    (home / "a.status").write_text("3")
    assert run(DASH, line, home)[0] == run(BASH, line, home)[0] == 0
    for shell in (DASH, BASH):
        (one,) = [one for one in found(line)[shell] if one[0] == "W325"]
        assert "./a" in one[2]
        assert "in the background" in one[2]


@pytest.mark.parametrize("line", NOT_LOST)
def test_a_failure_that_is_noticed_or_allowed_is_not_marked(
    line: str, found: Callable[[str], Found], home: Path
) -> None:
    (home / "a.status").write_text("1")
    assert run(DASH, line, home)[0] == run(BASH, line, home)[0] == NOT_LOST[line]
    assert not {code for one in found(line).values() for code, *_ in one} & {"W325", "W326"}


@pytest.mark.parametrize("over", [0, 1])
def test_the_longest_argument_and_variable_of_a_program(over: int) -> None:
    """One byte more is E2BIG, and `check` says so."""
    size = 32 * os.sysconf("SC_PAGE_SIZE") - 1 + over
    argument, value = "x" * size, "x" * (size - 2)
    for command, environment, text in (
        (["true", argument], {}, f'pre_start = ["true", "{argument}"]'),
        (["true"], {"A": value}, f'[app]\nenvironment = {{ A = "{value}" }}'),
    ):
        if over:
            with pytest.raises(OSError, match="Argument list too long"):
                subprocess.run(command, check=True, env={"PATH": os.defpath, **environment})
        else:
            subprocess.run(command, check=True, env={"PATH": os.defpath, **environment})
        assert [problem.code for problem in examine(text.encode()).problems] == ["E221"] * over
