"""`lifeinit check`: what it prints, in each format, and its exit statuses."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lifeinit.check.checking import Against, Checker
from lifeinit.check.silence import Silence
from tests.integration.harness import LIFEINIT, base_environment

ROOT = Path(__file__).parents[2]
RIGHT = 'stop_timeout = "30s"\npre_start = "x"\n[[post_stop]]\nsleep = 1\n[[post_stop]]\nsleep = 2\n'
IDLE = '[[pre_start]]\ncommand = "x"\nretry_delay = "3s"\n'
WRONG = 'pre_strat = "x"\n[[post_stop]]\ntimeout = "5"\n'
SCREEN = """\
error[E102]: unknown key "pre_strat"
 --> hooks.toml:1:1
  |
1 | pre_strat = "x"
  | ^^^^^^^^^
  |
  = help: did you mean "pre_start"?

error[E106]: post_stop[0] has neither command nor wait_for nor sleep
 --> hooks.toml:2:1
  |
2 | [[post_stop]]
  | ^^^^^^^^^^^^^
  |
  = help: write one of them

error[E202]: timeout is "5", a quoted number without a unit
 --> hooks.toml:3:11
  |
3 | timeout = "5"
  |           ^^^
  |
  = help: write "5s" for seconds or "5m" for minutes; without quotes it is
          seconds

"""
HINTS = """\
1 fixable with `lifeinit check --fix`; `--diff` shows the changes
`lifeinit check --explain E102` explains the rule
"""


# What this machine has to say of a file is tested for itself.
FILE_ALONE = {"LIFEINIT_CHECK_NO_PREFLIGHT": "1"}


def check(cwd: Path, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit status, stdout and stderr."""
    done = subprocess.run(
        [LIFEINIT, "check", *arguments],
        check=False,
        capture_output=True,
        cwd=cwd,
        env=base_environment() | FILE_ALONE | (env or {}),
        input=stdin,
        timeout=30,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def codes(out: str) -> list[str]:
    return re.findall(r"^(?:error|warning)\[(.*?)\]", out, re.MULTILINE)


def write(directory: Path, text: str, name: str = "hooks.toml") -> None:
    (directory / name).write_text(text)


# Which files


def test_a_right_file(tmp_path: Path) -> None:
    write(tmp_path, RIGHT, "a.toml")
    assert check(tmp_path, "a.toml") == (0, "a.toml: ok: 1 pre_start, 2 post_stop\n", "")


def test_processes_are_counted(tmp_path: Path) -> None:
    """A file that starts three of them was "no hooks"."""
    web = '[process.web]\ncommand = ["sleep", "60"]\n'
    write(tmp_path, web)
    assert check(tmp_path) == (0, "hooks.toml: ok: 1 process, no hooks\n", "")
    write(tmp_path, RIGHT + web + web.replace("web", "worker"))
    assert check(tmp_path)[1] == "hooks.toml: ok: 2 processes, 1 pre_start, 2 post_stop\n"


def test_every_problem_at_once(tmp_path: Path) -> None:
    write(tmp_path, WRONG)
    assert check(tmp_path) == (1, f"{SCREEN}{HINTS}hooks.toml: 3 errors\n", "")


def test_the_example_is_right() -> None:
    verdict = "hooks.example.toml: ok: 1 pre_start, 1 post_start, 1 pre_stop, 1 post_stop\n"
    assert check(ROOT, "hooks.example.toml") == (0, verdict, "")


def test_several_files(tmp_path: Path) -> None:
    """As pre-commit names them: each is checked, whatever the others are."""
    write(tmp_path, WRONG)
    write(tmp_path, RIGHT, "right.toml")
    status, out, err = check(tmp_path, "right.toml", "hooks.toml")
    assert (status, err, codes(out)) == (1, "", ["E102", "E106", "E202"])
    assert out.endswith(f"{HINTS}right.toml: ok: 1 pre_start, 2 post_stop\nhooks.toml: 3 errors\n")


def test_a_missing_file(tmp_path: Path) -> None:
    sentence = 'lifeinit: cannot read the hook file "no.toml": No such file or directory\n'
    assert check(tmp_path, "no.toml") == (2, "", sentence)


def test_a_missing_file_among_others(tmp_path: Path) -> None:
    write(tmp_path, RIGHT, "right.toml")
    sentence = 'lifeinit: cannot read the hook file "no.toml": No such file or directory\n'
    verdict = "right.toml: ok: 1 pre_start, 2 post_stop\n"
    assert check(tmp_path, "no.toml", "right.toml") == (2, verdict, sentence)


def test_a_directory(tmp_path: Path) -> None:
    assert check(tmp_path, ".") == (2, "", 'lifeinit: cannot read the hook file ".": Is a directory\n')


def test_nothing_to_check(tmp_path: Path) -> None:
    sentence = 'lifeinit: no hook file to check: name one, or write hooks.toml with "lifeinit init"\n'
    assert check(tmp_path) == (2, "", sentence)


def test_the_file_that_the_environment_names(tmp_path: Path) -> None:
    write(tmp_path, "", "other.toml")
    write(tmp_path, WRONG)
    assert check(tmp_path, env={"LIFEINIT_CONFIG": "other.toml"})[1] == "other.toml: ok: no hooks\n"
    assert check(tmp_path, env={"LIFEINIT_CONFIG": ""})[0] == 1


def test_the_standard_input(tmp_path: Path) -> None:
    assert check(tmp_path, "-", stdin=RIGHT.encode()) == (0, "<stdin>: ok: 1 pre_start, 2 post_stop\n", "")
    status, out, err = check(tmp_path, "-", "--quiet", stdin=WRONG.encode())
    assert (status, err, out.count(" --> <stdin>:")) == (1, "", 3)


def test_an_endless_file(tmp_path: Path) -> None:
    """Of a device only as much is read as a hook file may have."""
    status, out, err = check(tmp_path, "/dev/zero")
    assert (status, err) == (1, "")
    assert out.startswith("error[E109]: the hook file is larger than 1 MiB\n --> /dev/zero:1:1\n")


def test_it_can_be_interrupted(tmp_path: Path) -> None:
    """It is no init: the signals that the entry point blocks are open again."""
    os.mkfifo(tmp_path / "hooks.toml")
    checking = subprocess.Popen([LIFEINIT, "check"], cwd=tmp_path, env=base_environment())
    with (tmp_path / "hooks.toml").open("w"):  # opens once the other side reads
        checking.send_signal(signal.SIGTERM)
        assert checking.wait(30) == -signal.SIGTERM


# Options


def test_warnings_fail_only_if_they_are_to(tmp_path: Path) -> None:
    write(tmp_path, IDLE)
    for status, options in ((0, []), (1, ["--strict"])):
        found, out, err = check(tmp_path, *options)
        assert (found, err, codes(out)) == (status, "", ["W201"])
        assert "hooks.toml: ok with 1 warning: 1 pre_start\n" in out
    assert check(tmp_path, env={"LIFEINIT_CHECK_STRICT": "1"})[0] == 1


def test_quiet(tmp_path: Path) -> None:
    write(tmp_path, IDLE)
    assert check(tmp_path, "-q") == (0, "", "")
    status, out, _ = check(tmp_path, "-q", "--strict")
    assert (status, codes(out), "hooks.toml: " in out) == (1, ["W201"], False)
    write(tmp_path, WRONG)
    assert check(tmp_path, "--quiet") == (1, SCREEN, "")


def test_the_fixes_that_are_safe_are_shown_and_made(tmp_path: Path) -> None:
    """Byte for byte what is not fixed stays, and so do the mode of the file and its line ends."""
    text = b'\xef\xbb\xbfpre_strat = "x"\r\nstop_timeout = "25"\r\n# a b\r\n'
    file = tmp_path / "hooks.toml"
    file.write_bytes(text)
    file.chmod(0o640)
    status, out, err = check(tmp_path, "--diff")
    assert (status, err, file.read_bytes()) == (1, "", text)
    assert out.startswith('--- a/hooks.toml\n+++ b/hooks.toml\n@@ -1,3 +1,3 @@\n-pre_strat = "x"')
    status, out, err = check(tmp_path, "--fix")
    assert (status, err, codes(out)) == (1, "", ["E202"])
    assert out.endswith("hooks.toml: 1 fixed, 1 error\n")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (text.replace(b"strat", b"start"), 0o640)
    assert check(tmp_path, "--diff") == (1, "", "")


@pytest.mark.skipif(os.path.basename(os.path.realpath("/bin/sh")) != "dash", reason="other shells replace themselves")
def test_fixes_of_the_host_checks(tmp_path: Path) -> None:
    """A list of several commands was to become one argv."""
    lists = 'pre_start = ["echo a b", "echo c"]\npost_start = ["echo migrated"]\n'
    write(tmp_path, f'{lists}pre_stop = "sleep 4"\n[process.web]\ncommand = "cd / && sleep 60 2>&1"\n')
    status, out, _ = check(tmp_path, "--fix", env={"LIFEINIT_CHECK_NO_PREFLIGHT": "0"})
    assert (status, codes(out), "write each command below a [[pre_start]] of its own" in out) == (1, ["E309"], True)
    assert (tmp_path / "hooks.toml").read_text() == (
        'pre_start = ["echo a b", "echo c"]\npost_start = ["echo", "migrated"]\npre_stop = { sleep = "4s" }\n'
        '[process.web]\ncommand = "cd / && exec sleep 60 2>&1"\n'
    )


def test_a_file_that_cannot_be_written_keeps_its_text(tmp_path: Path) -> None:
    write(tmp_path, WRONG)
    (tmp_path / "hooks.toml").chmod(0o444)
    sentence = 'lifeinit: cannot fix "hooks.toml": it is not writable\n'
    assert check(tmp_path, "--fix") == (2, "", sentence)
    assert (tmp_path / "hooks.toml").read_text() == WRONG
    for options in (["--fix", "-"], ["--fix", "--diff"]):
        assert "Error: --fix changes files" in check(tmp_path, *options)[2]


def test_warnings_are_left_out_where_the_file_or_the_options_say_so(tmp_path: Path) -> None:
    write(tmp_path, IDLE)
    verdict = "hooks.toml: ok: 1 pre_start\n"
    assert check(tmp_path, "--strict", "--ignore", "W3,W2") == (0, verdict, "")
    assert check(tmp_path, env={"LIFEINIT_CHECK_IGNORE": "W201 W301"}) == (0, verdict, "")
    assert check(tmp_path, "--select=W1") == (0, verdict, "")
    assert check(tmp_path, env={"LIFEINIT_CHECK_SELECT": "W1,W301"}) == (0, verdict, "")
    assert codes(check(tmp_path, "--select=W20")[1]) == ["W201"]
    write(tmp_path, IDLE.replace("\nretry", "\n# lifeinit: ignore[W201, W202]\nretry"))
    assert codes(check(tmp_path)[1]) == ["W101"]
    assert check(tmp_path, "--fix") == (0, "hooks.toml: 1 fixed, ok: 1 pre_start\n", "")
    for codes_of_nothing in ("E301", "W999", "W", "x"):
        status, _, err = check(tmp_path, "--ignore", codes_of_nothing)
        assert (status, "Invalid value for '--ignore'" in err) == ((0, False) if codes_of_nothing == "W" else (2, True))


def test_the_formats(tmp_path: Path) -> None:
    write(tmp_path, WRONG)
    status, out, err = check(tmp_path, "--format", "json")
    assert (status, err) == (1, "")
    assert [problem["code"] for problem in json.loads(out)["problems"]] == ["E102", "E106", "E202"]
    status, out, err = check(tmp_path, "--format", "sarif")
    assert (status, err) == (1, "")
    assert [result["ruleId"] for result in json.loads(out)["runs"][0]["results"]] == ["E102", "E106", "E202"]
    status, out, err = check(tmp_path, "--format=github")
    assert (status, err, out.count("\n")) == (1, "", 3)
    assert out.startswith("::error file=hooks.toml,line=1,col=1,endLine=1,endColumn=10,title=lifeinit E102::unknown")


def test_a_format_that_is_none(tmp_path: Path) -> None:
    status, out, err = check(tmp_path, "--format", "xml")
    assert (status, out) == (2, "")
    assert "'xml' is not one of 'text', 'json', 'github', 'sarif'" in " ".join(err.split())


def test_a_rule_is_explained(tmp_path: Path) -> None:
    status, out, err = check(tmp_path, "--explain", "e205")
    assert (status, err) == (0, "")
    assert out.startswith("error E205: signal-twice\n\nOne signal is mapped twice.\n")
    status, out, err = check(tmp_path, "--explain", "all")
    assert (status, err) == (0, "")
    assert out.startswith("# The rules of `lifeinit check`\n\n| code | name | summary |\n")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("E1O2", 'unknown rule "E1O2": did you mean '), ("zzz", 'unknown rule "zzz": write "all" for all of them')],
)
def test_a_rule_that_does_not_exist(tmp_path: Path, code: str, sentence: str) -> None:
    status, out, err = check(tmp_path, "--explain", code)
    assert (status, out) == (2, "")
    assert f"Error: {sentence}" in err


HELP = """\
Usage: lifeinit check [OPTIONS] [FILE]... [-- COMMAND [ARG]...]

  Validate each hook file FILE and the drop-ins in hooks.d next to it, by
  default those that lifeinit would find. - is standard input.

  RUNTIME is a platform, such as docker, kubernetes, podman or ecs. A manifest
  is a Compose file, Kubernetes YAML, an ECS task definition or the output of
  docker inspect: --for compose.yaml:web.

  Exits with 0 if there are no errors, 1 if there are, and 2 if the command
  line is invalid or a file cannot be read.

Options:
  --format [text|json|github|sarif]
                                  Print in this format.
  --strict                        Fail on warnings too.
  -q, --quiet                     Print only what makes the check fail.
  --fix                           Apply the safe fixes, then check.
  --diff                          Show what --fix would change, and change
                                  nothing.
  --ignore CODE                   Hide these warnings. W3 hides all W3xx.
  --select CODE                   Print only these warnings.
  --plan                          Show the plan and its time limits.
  --svg FILE                      Write the plan as an SVG picture.
  --grace DURATION                Check against this grace period.
  --for RUNTIME|FILE[:NAME]       Check against a runtime, or a container's
                                  manifest.
  --no-preflight                  Check only the file, not this machine.
  --compile                       Compile each file without errors, for faster
                                  starts.
  --show-compiled                 Show the compiled file as JSON.
  --explain CODE                  Explain a rule, for example E102, or "all".
  -h, --help                      Show this message and exit.
"""


def test_the_help(tmp_path: Path) -> None:
    assert check(tmp_path, "--help", env={"COLUMNS": "80"}) == (0, HELP, "")


def test_the_work_grows_with_the_file(tmp_path: Path) -> None:
    """Twice the hooks are twice the calls, host checks and fixes too, so that a large file takes no minutes."""
    hook = '[[pre_start]]\nname = "h{0}"\ncommand = "sort {0}; cat"\ntimeot = "60s"\n'
    file = tmp_path / "hooks.toml"

    def calls(number: int) -> int:
        file.write_text("".join(map(hook.format, range(number))))
        counted = itertools.count()
        sys.setprofile(lambda _frame, event, _argument: next(counted) if event == "call" else None)
        try:
            report = Checker(Against((), None, None, this_machine=True), Silence()).fixed(str(file))
        finally:
            sys.setprofile(None)
        assert (report.fixed, report.errors, report.warnings) == (number, 0, number)
        return next(counted)

    _, few, many = calls(1), calls(50), calls(200)  # the first imports what a mistake takes
    assert many < 4.2 * few


def test_a_run_imports_nothing_of_the_check(tmp_path: Path) -> None:
    """What reads a hook file at run time stays as small as it can be; the control is a file with a mistake."""
    program = (
        "import sys\nfrom lifeinit.config.parser import examine\n"
        "import lifeinit.cli.run, lifeinit.config.planner\n"
        "examine(sys.argv[1].encode())\nprint(*sys.modules)"
    )
    only_for_mistakes = {"difflib", "lifeinit.config.suggestions", "lifeinit.config.synonyms"}
    python = str(LIFEINIT.with_name("python"))
    for text, expected in ((RIGHT, set()), (WRONG, only_for_mistakes)):
        done = subprocess.run(
            [python, "-I", "-c", program, text], check=True, capture_output=True, text=True, cwd=tmp_path
        )
        modules = set(done.stdout.split())
        assert modules & only_for_mistakes == expected
        assert not {name for name in modules if name.startswith(("lifeinit.check.output", "lifeinit.check.rules"))}


def test_check_of_a_path_that_is_not_text(tmp_path: Path) -> None:
    path = os.fsdecode(b"x\xff.toml")
    (tmp_path / path).write_text("zz = 1")
    done = subprocess.run(
        [LIFEINIT, "check", path], check=False, capture_output=True, text=True, cwd=tmp_path,
        env=base_environment() | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 1
    assert " --> x\\udcff.toml:1:1\n" in done.stdout
    assert done.stderr == ""
