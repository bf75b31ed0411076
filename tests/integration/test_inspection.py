"""What the inspector says of a hook file, held against what really happens on the same machine."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lifeinit.check.host import inspect, shell_syntax
from lifeinit.check.host.access import SEARCH, Files, Found
from lifeinit.check.rules.host_rules import RULES
from lifeinit.check.rules.rule import Rule
from lifeinit.config.parser import parse
from lifeinit.engine.plan import User
from tests import needs
from tests.integration.check import host_samples
from tests.integration.conftest import Start
from tests.integration.harness import base_environment, listener

ROOT = os.geteuid() == 0
stays = pytest.mark.skipif(
    os.path.basename(os.path.realpath(shell_syntax.SHELL)) != "dash", reason="other shells replace themselves"
)

# The status of a hook that fails in the way of each rule; 78 is a hook file that is refused before anything starts.
# What the kernel refuses as no program goes to the shell, as execvp(3) has it, and each shell has its own word for it.
FATAL: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("E301", "E305", "E306", "E307", "E309"), (127,)),
    **dict.fromkeys(("E302", "E303", "E304", "E314", "E315"), (126,)),
    **dict.fromkeys(("E311", "E312"), (78,)),
    "E308": (2, 126, 127),
    "E316": (2,),
}
# These are no real programs: of the kernel's only the refusal of the others can be seen.
NOT_REAL = {"E307", "E308"}


def codes(hooks: str, command: Sequence[str] = ()) -> set[str]:
    return {finding.code for finding in inspect(parse(hooks.encode()), command)}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The samples' files in the current directory, where everybody can reach them."""
    monkeypatch.chdir(tmp_path)
    for directory in (tmp_path, *tmp_path.parents[:-1]):
        if directory.stat().st_uid == os.geteuid():
            directory.chmod(directory.stat().st_mode | 0o055)
    host_samples.make(tmp_path)
    return tmp_path


@needs.ROOT
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code in FATAL], ids=lambda rule: rule.code)
def test_what_is_an_error_fails_and_what_is_right_does_not(rule: Rule, machine: Path, init: Start) -> None:
    assert (machine / "scripts").is_dir()
    assert init("true", hooks=rule.wrong).status() in FATAL[rule.code]
    if rule.code not in NOT_REAL:
        expected = 0 if "shop" not in rule.right else 1  # python says that there is no such module
        assert init("true", hooks=rule.right).status() == expected


@stays
@pytest.mark.parametrize("form", ["string", "list", "script", "npm"])
def test_what_is_said_to_be_in_between_keeps_the_signal(form: str, machine: Path, init: Start) -> None:
    """The status is that of what lifeinit signalled: the shell's 143, not the 5 that the app answers TERM with."""
    line = " ".join((*listener("TERM=5"), "2>&1"))
    script = machine / "start.sh"
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(0o755)
    (machine / "package.json").write_text(json.dumps({"scripts": {"start": line}}))
    command = {"list": ["sh", "-c", line], "script": ["./start.sh"], "npm": ["npm", "start"]}
    written = json.dumps(line if form == "string" else command[form])
    expected = {"string": "W305", "list": "W305", "script": "W306", "npm": "W307"}[form]
    path = base_environment()["PATH"]
    if form == "npm" and not any(os.path.exists(os.path.join(place, "npm")) for place in path.split(":")):
        pytest.skip("no npm here")
    assert codes(f"[process.web]\ncommand = {written}") == {expected}
    running = init(hooks=f"[process.web]\ncommand = {written}")
    while running.line() != "ready":
        pass
    running.send(signal.SIGTERM)
    assert running.status() == 143


@stays
def test_what_is_not_in_between_gets_the_signal(machine: Path, init: Start) -> None:
    """The control of the one above, for each way out that the help names."""
    line = " ".join((*listener("TERM=5"), "2>&1"))
    script = machine / "start.sh"
    script.write_text(f"#!/bin/sh\nexec {line}\n")
    script.chmod(0o755)
    for command in (f"exec {line}", ["sh", "-c", f"exec {line}"], ["./start.sh"]):
        hooks = f"[process.web]\ncommand = {json.dumps(command)}"
        assert codes(hooks) == set()
        running = init(hooks=hooks)
        running.expect("ready")
        running.send(signal.SIGTERM)
        assert running.status() == 5


def test_a_shell_that_leaves_its_program_in_the_background_is_an_app_that_has_ended(init: Start) -> None:
    hooks = '[process.web]\ncommand = "sleep 60 &"'
    assert codes(hooks) == {"W309"}
    assert init(hooks=hooks).status() == 0


WHO = (
    User(1000, 1000, (1000,)),
    User(1001, 1000, (1000, 1002)),
    User(1003, 1003, (1002,)),
    User(0, 0, (0,)),
)


def answers_of_the_kernel(who: User, paths: Sequence[str]) -> list[bool]:
    """What execve(2) would be allowed, by a process that has become this user."""
    program = "import os, sys, json; print(json.dumps([os.access(path, os.X_OK) for path in sys.argv[1:]]))"
    done = subprocess.run(
        ["/usr/bin/python3", "-c", program, *paths],
        user=who.uid,
        group=who.gid,
        extra_groups=who.groups,
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
    )
    answers: list[bool] = json.loads(done.stdout)
    return answers


@needs.ROOT
def test_the_kernel_says_the_same_of_every_mode_owner_and_user(machine: Path) -> None:
    """Every execute and search bit of a directory and of a file in it, for every relation of a user to them."""
    paths = []
    for number, (directory_mode, file_mode, owner) in enumerate(
        itertools.product(
            (0o700, 0o710, 0o701, 0o755, 0o666), (0o700, 0o710, 0o701, 0o077, 0o644), ((1000, 1002), (0, 1000))
        )
    ):
        directory = machine / f"d{number}"
        directory.mkdir()
        file, link = directory / "file", machine / f"l{number}"
        file.touch()
        link.symlink_to(f"d{number}/../d{number}/file")
        for path, mode in ((file, file_mode), (directory, directory_mode)):
            os.chown(path, *owner)
            path.chmod(mode)
        paths += [str(file), str(link)]
    answers = set()
    for who in WHO:
        files = Files()
        for asked, allowed in zip(paths, answers_of_the_kernel(who, paths), strict=True):
            found = files.find(asked, "/", who)
            ours = isinstance(found, Found) and files.may(SEARCH, found.path, who)
            assert ours == allowed, (asked, who)
            answers.add((who.uid, allowed))
    assert len(answers) == 2 * len(WHO)  # each user is allowed something and refused something


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
def test_what_is_mounted_counts(mount: str, hooks: str, expected: set[str], machine: Path) -> None:
    """In a mount namespace of its own: an image without a shell, a volume that nothing may be executed from."""
    if "dash" in mount and os.path.realpath("/bin/sh") != "/usr/bin/dash":
        pytest.skip("the shell of this machine is another")
    program = (
        "import sys; from lifeinit.check.host import inspect; from lifeinit.config.parser import parse\n"
        "print(*{one.code for one in inspect(parse(sys.argv[1].encode()))})"
    )
    (machine / "go").write_text(f"{mount} && exec {sys.executable} -c '{program}' '{hooks}'")
    command = ["unshare", "--mount", "bash", "go"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=machine)
    assert (done.stderr, set(done.stdout.split())) == ("", expected)


@pytest.mark.parametrize("path", ["./fifo", "./zero", "/proc/kmsg", "./loop", "/dev/tty", "/proc/self/fd/0"])
def test_nothing_that_a_file_can_be_holds_it_up(path: str, machine: Path) -> None:
    """A process of its own, so that one that hangs fails the test and not the run."""
    host_samples.make_odd(machine)
    hooks = f"""
        pre_start = [{{ command = ["{path}"] }}, {{ command = "{path}" }}, {{ command = ["sh", "{path}"] }}]
        ready = "file://{machine}/{path}"
        [process.web]
        command = ["sh", "{path}"]
        working_dir = "{path}"
        [process.nginx]
        command = ["nginx", "-c", "{path if path.startswith("/") else machine / path}"]
    """
    program = "import sys; from lifeinit.check.host import inspect; from lifeinit.config.parser import parse\n"
    program += "print(len(inspect(parse(sys.stdin.buffer.read()))) > 1)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=hooks, check=True, capture_output=True, text=True, cwd=machine, timeout=20)
    assert done.stdout == "True\n"


def test_names_that_the_locale_cannot_write_are_names_of_nothing(machine: Path) -> None:
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
    program += "print(*sorted({one.code for one in inspect(parse(sys.stdin.buffer.read()), (), '\\xe9')}))"
    locale = {**base_environment(), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], input=hooks.encode(), check=True, capture_output=True, cwd=machine, env=locale
    )
    assert {"E301", "E311", "E314", "W314", "W318"} <= set(done.stdout.decode().split())
