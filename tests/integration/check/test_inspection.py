"""The diagnostics of the host checks, held against what really happens on the same machine."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lifeinit.check.host import shell_syntax
from lifeinit.check.rules import host_rules, shell_rules
from lifeinit.check.rules.rule import Rule
from lifeinit.project import hook_file
from lifeinit.project.findings import Findings
from tests import needs
from tests.integration.check import host_samples
from tests.integration.check.conftest import Inspect
from tests.integration.conftest import Start
from tests.integration.harness import base_environment, listener

ROOT = os.geteuid() == 0
RULES = (*host_rules.RULES, *shell_rules.RULES)
stays = pytest.mark.skipif(
    os.path.basename(os.path.realpath(shell_syntax.SHELL)) != "dash", reason="other shells replace themselves"
)

# The status of a hook that fails in the way of each rule; 78 is a hook file that is refused before anything starts.
FATAL: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("E301", "E305", "E306", "E309"), (127,)),
    **dict.fromkeys(("E302", "E303", "E304", "E314", "E315"), (126,)),
    **dict.fromkeys(("E311", "E312"), (78,)),
    **dict.fromkeys(("E316", "E317"), (2,)),
}


@pytest.mark.parametrize("case", [{}, {"shell": "/no-such-directory/sh"}, {"euid": 65534}], ids=str)
def test_the_template_passes_its_own_check_anywhere(case: dict[str, object], inspected: Inspect) -> None:
    """As root, unprivileged, and where there is neither a shell nor a program."""
    if "euid" in case and not ROOT:
        case = {}
    (found,) = inspected([{"hooks": hook_file.text(Findings()), **case}], Path("/proc/self"))
    assert found == []


def codes(inspected: Inspect, directory: Path, hooks: str) -> set[str]:
    (found,) = inspected([{"hooks": hooks}], directory)
    return {code for code, *_ in found}


@pytest.fixture
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The samples' files in the current directory, where everybody can reach them."""
    monkeypatch.chdir(tmp_path)
    for directory in (tmp_path, *tmp_path.parents[:-1]):
        if directory.stat().st_uid == os.geteuid():
            directory.chmod(directory.stat().st_mode | 0o055)
    host_samples.make(tmp_path)
    return tmp_path


@needs.ROOT
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code in FATAL], ids=lambda rule: rule.code)
def test_what_is_an_error_fails_and_what_is_right_does_not(rule: Rule, samples: Path, init: Start) -> None:
    assert (samples / "scripts").is_dir()
    assert init("true", hooks=rule.wrong).status() in FATAL[rule.code]
    expected = 0 if "shop" not in rule.right else 1  # python says that there is no such module
    assert init("true", hooks=rule.right).status() == expected


@stays
@pytest.mark.parametrize("form", ["string", "list", "script", "npm"])
def test_what_is_said_to_be_in_between_keeps_the_signal(
    form: str, samples: Path, init: Start, inspected: Inspect
) -> None:
    """The status is that of what lifeinit signalled: the shell's 143, not the 5 that the app answers TERM with."""
    line = " ".join((*listener("TERM=5"), "2>&1"))
    script = samples / "start.sh"
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(0o755)
    (samples / "package.json").write_text(json.dumps({"scripts": {"start": line}}))
    command = {"list": ["sh", "-c", line], "script": ["./start.sh"], "npm": ["npm", "start"]}
    written = json.dumps(line if form == "string" else command[form])
    expected = {"string": "W305", "list": "W305", "script": "W306", "npm": "W307"}[form]
    path = base_environment()["PATH"]
    if form == "npm" and not any(os.path.exists(os.path.join(place, "npm")) for place in path.split(":")):
        pytest.skip("no npm here")
    hooks = f"[process.web]\ncommand = {written}"
    assert codes(inspected, samples, hooks) == {expected}
    running = init(hooks=hooks)
    while running.line() != "ready":
        pass
    running.send(signal.SIGTERM)
    assert running.status() == 143


@stays
def test_what_is_not_in_between_gets_the_signal(samples: Path, init: Start, inspected: Inspect) -> None:
    """The control of the one above, for each way out that the help names."""
    line = " ".join((*listener("TERM=5"), "2>&1"))
    script = samples / "start.sh"
    script.write_text(f"#!/bin/sh\nexec {line}\n")
    script.chmod(0o755)
    for command in (f"exec {line}", ["sh", "-c", f"exec {line}"], ["./start.sh"]):
        hooks = f"[process.web]\ncommand = {json.dumps(command)}"
        assert codes(inspected, samples, hooks) == set()
        running = init(hooks=hooks)
        running.expect("ready")
        running.send(signal.SIGTERM)
        assert running.status() == 5


def test_a_shell_that_leaves_its_program_in_the_background_is_an_app_that_has_ended(
    samples: Path, init: Start, inspected: Inspect
) -> None:
    hooks = '[process.web]\ncommand = "sleep 60 &"'
    assert codes(inspected, samples, hooks) == {"W309"}
    assert init(hooks=hooks).status() == 0


@needs.ROOT
@pytest.mark.parametrize(
    ("mount", "hooks", "expected"),
    [
        ("mount --bind /dev/null /usr/bin/dash", 'pre_start = "echo a"', {"E310"}),
        (
            "mount -t tmpfs -o noexec none closed && printf '#!/bin/sh' > closed/x && chmod 755 closed/x",
            'pre_start = ["closed/x"]',
            {"E302"},
        ),
        ("true", 'pre_start = "echo a"', set()),
    ],
)
def test_what_is_mounted_counts(mount: str, hooks: str, expected: set[str], samples: Path) -> None:
    """In a mount namespace of its own: an image without a shell, a volume that nothing may be executed from."""
    if "dash" in mount and os.path.realpath("/bin/sh") != "/usr/bin/dash":
        pytest.skip("the shell of this machine is another")
    program = (
        "import sys; from lifeinit.check.host import inspect; from lifeinit.config.parser import parse\n"
        "print(*{one.code for one in inspect(parse(sys.argv[1].encode()))})"
    )
    (samples / "go").write_text(f"{mount} && exec {sys.executable} -c '{program}' '{hooks}'")
    command = ["unshare", "--mount", "bash", "go"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=samples)
    assert (done.stderr, set(done.stdout.split())) == ("", expected)


@pytest.mark.parametrize("path", ["./fifo", "./zero", "/proc/kmsg", "./loop", "/dev/tty", "/proc/self/fd/0"])
def test_nothing_that_a_file_can_be_holds_it_up(path: str, samples: Path) -> None:
    """A process of its own, so that one that hangs fails the test and not the run."""
    host_samples.make_odd(samples)
    hooks = f"""
        pre_start = [{{ command = ["{path}"] }}, {{ command = "{path}" }}, {{ command = ["sh", "{path}"] }}]
        ready = "file://{samples}/{path}"
        [process.web]
        command = ["sh", "{path}"]
        working_dir = "{path}"
        [process.nginx]
        command = ["nginx", "-c", "{path if path.startswith("/") else samples / path}"]
    """
    program = "import sys; from lifeinit.check.host import inspect; from lifeinit.config.parser import parse\n"
    program += "print(len(inspect(parse(sys.stdin.buffer.read()))) > 1)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=hooks, check=True, capture_output=True, text=True, cwd=samples, timeout=20)
    assert done.stdout == "True\n"


def test_names_that_the_locale_cannot_write_are_names_of_nothing(samples: Path) -> None:
    """In a C locale without UTF-8 a name with an accent has no bytes: no such file, user or program, and no failure."""
    hooks = """
        pre_start = "é '"
        post_start = ["é/sh", "-c", "ls"]
        pre_stop = ["é"]
        ready = "unix:///é/x"
        [process.a]
        command = ["é/sh", "-c", "ls"]
        working_dir = "é"
        user = "é"
        [process.b]
        command = ["sh", "é.sh"]
        [process.c]
        command = ["nginx", "-c", "é"]
    """
    program = "import sys; from lifeinit.check.host import inspect; from lifeinit.config.parser import parse\n"
    program += "print(*sorted({one.code for one in inspect(parse(sys.stdin.buffer.read()), (), ('\\xe9',))}))"
    locale = {**base_environment(), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], input=hooks.encode(), check=True, capture_output=True, cwd=samples, env=locale
    )
    assert {"E301", "E311", "E314", "W314", "W318"} <= set(done.stdout.decode().split())
