# ruff: noqa: E501  # a case is a line
"""Hook files against a machine that is made for them: code and span of everything that is found."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifeinit.check.host import shell_syntax
from lifeinit.check.rules import host_rules, shell_rules
from lifeinit.config.diagnostic import HookFileError
from lifeinit.config.parser import parse
from tests import needs
from tests.integration.check.conftest import Case, Inspect
from tests.integration.check.shells import SH_HAS_PIPEFAIL

ROOT = os.geteuid() == 0
RULES = (*host_rules.RULES, *shell_rules.RULES)
DASH = os.path.basename(os.path.realpath(shell_syntax.SHELL)) == "dash"
OF_DASH = ("W305", "W306", "E317", "W326")

# A hook file, the app's command, and the code and place of each diagnostic; "--" is the command line.
CASES: list[tuple[str, list[str], str]] = [
    ('pre_start = ["./scripts/migrat.sh"]', [], 'E301 1:14-35'),
    ('pre_start = ["./scripts/migrate.sh/x"]', [], 'E301 1:14-38'),
    ('pre_start = ["/no/such/place"]', [], 'E301 1:14-30'),
    ('pre_start = ["./loop"]', [], 'E301 1:14-22'),
    ('pre_start = ["./fifo"]', [], 'E303 1:14-22'),
    ('pre_start = ["/dev/null"]', [], 'E303 1:14-25'),
    ('pre_start = ["./bom.sh"]', [], 'E306 1:14-24'),
    ('pre_start = ["./env.py"]', [], 'E305 1:14-24'),
    ('pre_start = ["./envs.py"]', [], 'E305 1:14-25'),
    ('pre_start = ["./scripts/old.py"]', [], 'E305 1:14-32'),
    ('pre_start = ["source", "x"]', [], 'E301 1:14-22'),
    ('pre_start="source ./env"', [], 'W326 1:12-18'),
    ('pre_start="[[ -f x ]] && y"', [], 'W326 1:12-14'),
    ('pre_start="set -o pipefail; true"', [], 'E317 1:19-27'),
    ('pre_start="[ -x ./opt.sh ] && ./opt.sh; true"', [], ''),
    ('pre_start="sh scripts/migrate.sh\\ntrue x"', [], ''),
    ('pre_start="sh scripts/migrate.sh\\nmkdir -p x"', [], 'W325 1:12-33'),
    ('pre_start="true && no-such-program | cat"', [], 'W301 1:20-35'),
    ('pre_start="no-such-program || true"', [], ''),
    ('pre_start="cd /x && ./y"', [], ''),
    ('pre_start="exec ./scripts/plain.sh"', [], 'W301 1:17-35'),
    ('pre_start="echo a\\necho ("', [], 'E316 1:20-26'),
    ('pre_start="""\n  set -e\n  echo \\\n    no\n  no-such-program | \\u0063at\n"""', [], 'W301 5:3-18'),
    ('pre_start=["env","A=1","sh","-c","echo\\nfi"]', [], 'E316 1:41-43'),
    ('pre_start=["sh","-c","echo ("]', [], 'E316 1:23-29'),
    ('[[pre_start]]\ncommand=["tool"]\nenvironment={PATH="$PATH:./closed"}\nuser="65534"', [], 'E304 2:10-16'),
    ('[[pre_start]]\ncommand=["no-such-program"]\nenvironment={PATH="$NOPE"}', [], 'N313 3:20-25'),
    ('[[pre_start]]\ncommand=["no-such-program"]\nworking_dir="/no-such"', [], 'E314 3:13-23, E301 2:10-27'),
    ('[app]\nworking_dir="$HOME/x"', [], 'E314 2:13-22'),
    ('[app]\nworking_dir="server.js"', [], 'E314 2:13-24'),
    ('[app]\nworking_dir="closed/x"\nuser="65534"', [], 'E315 2:13-23'),
    ('pre_stop="kill -1 1"', [], 'W304 1:11-20'),
    ('post_stop="kill -9 -1"', [], 'W304 1:12-22'),
    ('pre_start="kill -s KILL 1"', [], 'W304 1:12-26'),
    ('post_start="kill 1"', [], 'W304 1:13-19'),
    ('pre_stop="sleep 0.5 && nginx -s quit"', [], 'W301 1:24-29, W310 1:11-20'),
    ('pre_stop=["sleep","1m"]', [], 'W310 1:10-24'),
    ('pre_start="while ! nc -z db 5; do sleep 1; done"', [], 'W311 1:35-42'),
    ('[app]\nuser="1000"\n[[pre_start]]\ncommand="sh manage.py migrate"', [], 'W302 4:9-31'),
    ('[app]\nuser="1000"\n[[pre_start]]\ncommand=["python3","-m","x"]\nworking_dir="app"', [], 'W302 4:9-29'),
    ('[app]\nenvironment={A_KEY="x$NO", C="postgres://u:$NO@h"}', [], 'N313 2:22-25'),
    ('[app]\nenvironment={B_TOKEN="true", D="redis://:x@h", PUBLIC_KEY="x"}', [], 'W312 2:32-46'),
    ('[[pre_start]]\ncommand="echo A=1 >> $LIFEINIT_ENV"\n[[pre_start]]\nwait_for="$NOPE"', [], ''),
    ('ready_file="/no-such/x"', [], 'W314 1:12-24'),
    ('ready={unix="/no-such/x"}', [], 'W314 1:13-25'),
    ('pre_start = { wait_for = "file://$PWD/x", environment = { A = "$SHLVL", B = "x$_", OLDPWD = "/" } }', [], 'N313 1:64-70'),
    ('ready = "unix://$OLDPWD/x"\n[app]\nenvironment = { HERE = "$PWD/x", PATH = "$PWD/bin" }', [], 'N313 3:25-29'),
    ('[[pre_start]]\nwait_for = "file://$PWD/ready"\nenvironment = { PWD = "/srv" }', [], ''),
    ('ready="file://$NOPE/x"', [], 'N313 1:15-20'),
    ('ready = {command=["no-such-program"]}', [], 'E301 1:19-36'),
    ('alive = {command=["no-such-program"]}', [], 'E301 1:19-36'),
    ('alive = {command="no-such-program"}', [], 'W301 1:19-34'),
    ('alive = {command="if x"}', [], 'E316 1:19-23'),
    ('alive = {command=["./unreadable.sh"]}\n[app]\nuser="65534"', [], 'E302 1:19-36'),
    ('[process.a]\ncommand=["true"]\nuser="65534"\nalive={command=["./unreadable.sh"]}', [], 'E302 4:17-34'),
    ('alive={command="kill -9 -1"}', [], 'W304 1:17-27'),
    ('alive={command=["./app/cleanup.sh"]}\n[app]\nuser="1000"\n[process.a]\ncommand=["true"]\nuser="root"', [], 'W302 1:16-36'),
    ('alive={command=["./unreadable.sh"]}\n[process.a]\ncommand=["true"]\nuser="65534"', [], 'E302 1:17-34'),
    ('alive={command=["./unreadable.sh"]}\n[process.a]\ncommand=["true"]\nuser="65534"', ['true'], ''),
    ('alive={unix="/no-such/x"}', [], 'W314 1:13-25'),
    ('alive="unix:///tmp/$TOOLONG"', [], 'W315 1:7-29'),
    ('alive="http://$NOPE/x"', [], 'N313 1:15-20'),
    ('alive="tcp://127.0.0.1:1"\n[process.a]\ncommand=["true"]\nalive="unix:///no-such/x"', [], 'W314 4:7-26'),
    ('alive="http://u:correct-horse@127.0.0.1/"', [], 'W312 1:7-42'),
    ('alive="watchdog"', [], ''),
    ('pre_start = ["./scripts/plain.sh"]', [], 'E302 1:14-34'),
    ('pre_start = ["./scripts"]', [], 'E303 1:14-25'),
    ('pre_start = ["./scripts/windows.sh"]', [], 'E306 1:14-36'),
    ('pre_start = ["sleep 0"]', [], 'E309 1:14-23'),
    ('[[pre_start]]\ncommand=["./bin/static"]\nuser="nobdy"', [], 'E311 3:6-13'),
    ('[app]\nuser="rooot"\n[process.web]\ncommand=["true"]\nuser="root:no-such-group"', [], 'E311 2:6-13, E312 5:6-26'),
    ('[app]\nuser="4294967295"', [], 'E311 2:6-18'),
    ('[app]\nuser="65534"\nworking_dir="closed"', [], 'E315 3:13-21'),
    ('pre_start=["cd","/tmp"]', [], 'E301 1:12-16'),
    ('pre_start = ["ls", "&&", "true"]', [], 'W316 1:20-24'),
    ('pre_start = ["ls", "--host=${HOSTNAME}"]', [], 'W317 1:20-40'),
    ('pre_start = ["bash", "-c", "echo $HOME"]', [], ''),
    ('pre_start = ["find", ".", "|"]', [], ''),
    ('pre_start = ["sh", "scripts/no-such.sh"]', [], 'W318 1:20-40'),
    ('pre_start="sh scripts/no-such.sh && true"', [], 'W318 1:15-33'),
    ('pre_start="cd x && sh scripts/no-such.sh"', [], ''),
    ('pre_start={wait_for="$HOME"}', [], 'W315 1:21-28'),
    ('pre_start={wait_for="$LIFEINIT_HOOK"}', [], ''),
    ('pre_start={wait_for=["$A"], environment={A="tcp://db:1"}}', [], ''),
    ('ready="unix:///tmp/$TOOLONG"', [], 'W315 1:7-29'),
    ('[process.web]\ncommand="sleep 60 &"\n[process.b]\ncommand="sleep 60"\nstop_scope="group"', [], 'W309 2:19-20'),
    ('post_stop=["./app/cleanup.sh"]\n[app]\nuser="1000"', [], 'W302 1:11-31'),
    ('ready={command=["./app/cleanup.sh"]}\n[app]\nuser="1000"\n[process.a]\ncommand=["true"]\nuser="root"', [], 'W302 1:16-36'),
    ('pre_start="sleep 10"', [], 'W311 1:12-20'),
    ('pre_start=["sleep","10"]', [], 'W311 1:11-25'),
    ('post_start="sleep 10"', [], ''),
    ('[[pre_start]]\ncommand="exec sh -c true"\n[[pre_start]]\ncommand=["env","A=1","sh","-c","ls"]', [], ''),
    ('pre_stop="kill -0 1"', [], ''),
    ('pre_start="PATH=/opt; no-such-program"', [], ''),
    ('pre_start="no-such-program; exit 0"', [], 'W301 1:12-27'),
    ('[process.web]\ncommand="ls \\\\&"', [], 'W305 2:10-12'),
    ('[[pre_start]]\ncommand=["./unreadable.sh"]\nuser="65534"', [], 'E302 2:10-27'),
    ('[[pre_start]]\ncommand=["sh", "./unreadable.sh"]\nuser="65534"', [], 'W318 2:16-33'),
    ('pre_start = ["./relative.sh"]', [], 'E305 1:14-29'),
    ('[app]\nenvironment={MAX_TOKENS="5",KEY="a",DB_PASS="x"}', [], 'W312 2:45-48'),
    ('[process.web]\ncommand=["sh","-e","scripts/start.sh"]', [], 'W306 2:9-39'),
    ('[process.web]\ncommand=["bash","-o","pipefail","scripts/start.sh"]', [], ''),
    ('', ['npm', 'start'], 'W307 --'),
    ('', ['npm', '--version'], ''),
    ('', ['yarn', 'start'], 'E301 --, W307 --'),
    ('', ['npx', 'x'], 'W307 --'),
    ('', ['dumb-init', 'x'], 'W308 --'),
    ('', ['sh', '-c', 'python3 server.js'], 'W305 --'),
    ('', ['sh', '-c', 'ls | cat'], 'W305 --'),
    ('', ['sh', '-c', 'trap x TERM; python3 x & wait'], ''),
    ('', ['sh', 'scripts/start.sh'], 'W306 --'),
    ('', ['./scripts/start.sh'], 'W306 --'),
    ('', ['gosu', 'app', 'sh', 'scripts/start.sh'], 'E301 --, W306 --'),
    ('', ['redis-server', '--daemonize', 'yes'], 'W309 --'),
    ('', ['nginx', '-g', 'daemon off;'], 'E301 --'),
    ('', ['gunicorn', '-D', 'x'], 'E301 --, W309 --'),
    ('', ['env', 'A=1', 'gunicorn', '--daemon'], 'W309 --'),
    ('', [''], 'E301 --'),
    ('', ['env'], ''),
    ('', ['python3 server.js'], 'E309 --'),
    ('[process.web]\ncommand = ["bash", "-c", "true; sleep 60"]', [], ''),
    ('[process.web]\ncommand = ["bash", "-c", "sleep 60 2>&1"]', [], 'W305 2:27-32'),
    ('pre_start = ["sleep 0", "sleep 1"]', [], 'E309 1:14-23'),
    ('pre_start = ["python3 -c \'print(\\"a b\\", \\"c\\\\\\\\d\\")\'", "\\u001b\\"x\\""]', [], 'E309 1:14-55'),
    ('pre_start = ["sh -c \'exit"]', [], 'E309 1:14-27'),
    ('', ['echo', '--workers', '$WORKERS'], 'W317 --'),
    ('', ['echo', 'two words', '$WORKERS'], 'W317 --'),
    ('', ['true', '&&', 'sleep', '60'], 'W316 --'),
    ('', ['echo', 'a', '|', 'cat'], 'W316 --'),
    ('pre_start = "# nothing yet"', [], ''),
    ("pre_start = 'for ((i=0; i<3; i++)); do echo $i; done'", [], 'E316 1:14-20'),
    ('[process.web]\ncommand = "npm start; true"\n[process.b]\ncommand="npm start"', [], 'W307 4:9-20'),
    ('post_start = ["redis-cli", "-a", "correct-horse"]', [], 'W312 1:35-48'),
    ('pre_start = { command = "true", unless = "grep x /f; grep y /f" }', [], ''),
    ('post_start = "true # curl -H \\"Authorization: Bearer correct-horse\\""', [], 'W312 1:54-67'),
    ('ready = {command = ["true", "--password", "correct-horse"]}', [], 'W312 1:44-57'),
    ('', ['true', '--password=correct-horse'], ''),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(inspected: Inspect) -> list[list[list[str]]]:
    return inspected([{"hooks": hooks, "command": command} for hooks, command, _ in CASES])


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: f"{CASES[number][0]}{CASES[number][1]}"[:40])
def test_code_and_span(number: int, answers: list[list[list[str]]]) -> None:
    hooks, _, expected = CASES[number]
    if not ROOT and "user" in hooks:
        pytest.skip("only root can run something as another user")
    if "redis-cli" in hooks and shutil.which("redis-cli") is None:
        pytest.skip("redis-cli is not installed")
    if SH_HAS_PIPEFAIL and "set -o pipefail" in hooks:
        pytest.skip("this shell has pipefail")
    if not DASH and any(word in f"{expected}{hooks}" for word in OF_DASH):
        pytest.skip("other shells replace themselves, and have other words")
    assert ", ".join(f"{code} {place}" for code, place, _, _ in answers[number]) == expected


def test_every_rule_has_a_case() -> None:
    codes = {one.split()[0] for _, _, expected in CASES if expected for one in expected.split(", ")}
    elsewhere = {"E310", "E313", "W303", "W324", "W327"}  # what these need cannot be written in a hook file
    assert codes == {rule.code for rule in RULES} - elsewhere


def test_a_line_of_the_shell_in_a_list_is_proposed_as_one_string(inspected: Inspect) -> None:
    """As words of one list its operators would be arguments."""
    (found,) = inspected([{"hooks": 'pre_start = ["sleep 0 && echo x"]'}])
    assert [one[0] for one in found] == ["E309"]
    assert "write the command as one string" in str(found)


def test_a_secret_is_never_shown(inspected: Inspect) -> None:
    hooks = """
        pre_start = { wait_for = "postgres://app:correct-horse@db/shop" }
        ready = "http://u:correct-horse@127.0.0.1/"
        [app]
        environment = { A_TOKEN = "correct-horse", B = "redis://:correct-horse@h", C = "$NO_SUCH:correct-horse" }
    """
    (found,) = inspected([{"hooks": hooks}])
    assert [one[0] for one in found].count("W312") == 4
    (of_commands,) = inspected([{"hooks": 'pre_start = "no-such --token=correct-horse; (x --password=correct-horse"'}])
    assert {one[0] for one in of_commands} >= {"W312", "E316"}
    found += of_commands
    assert "correct-horse" not in str(found)


@needs.ROOT
def test_a_place_that_can_be_changed_is_reported_once(inspected: Inspect) -> None:
    hooks = "\n".join(f'[[post_stop]]\nname = "h{i}"\ncommand = ["./app/cleanup.sh"]' for i in range(50))
    (found,) = inspected([{"hooks": f'[app]\nuser = "1000"\n{hooks}'}])
    assert [code for code, *_ in found] == ["W302"]


@needs.ROOT
@pytest.mark.parametrize(("uid", "mode", "who"), [(65534, 0o644, "uid 65534 "), (0, 0o646, "every user ")])
def test_who_can_change_the_hook_file(uid: int, mode: int, who: str, inspected: Inspect, machine: Path) -> None:
    """Not every user where only the owner can, whom the kernel was asked as."""
    file = machine / "of-nobody.toml"
    file.touch()
    file.chmod(mode)
    os.chown(file, uid, uid)
    (found,) = inspected([{"hooks": "", "file": str(file)}])
    (message,) = [message for code, _, message, _ in found if code == "W303"]
    assert message.startswith(who)


def test_a_message_has_no_control_characters(inspected: Inspect) -> None:
    hooks = 'pre_start = ["./a\\u001b[2J"]\npost_stop = "echo \\u001b[2J ("\n[app]\nworking_dir = "\\u001b[2J"'
    (found,) = inspected([{"hooks": hooks, "command": ["x y\x1b", "\udcff"]}])
    assert {code for code, *_ in found} == {"E301", "E316", "E314", "E309"}
    assert all(text.isprintable() for one in found for text in one)


WORDS = st.sampled_from(
    [
        *"./fifo ./loop ./zero ./empty ./short ./zip /dev/null /proc/self/exe /proc/kmsg sh -c env exec".split(),
        *"gosu python3 kill -1 1 sleep 5 npm start & && | / .. ./ // ~ * $HOME $NO_SUCH ${NO_SUCH} é \u202e".split(),
        *("", " ", "x" * 300, "a/" * 3000),
    ]
)
STRINGS = WORDS | st.lists(WORDS, min_size=1, max_size=5).map(" ".join) | st.text(max_size=20)
COMMANDS = STRINGS | st.lists(STRINGS, min_size=1, max_size=5)
USERS = st.sampled_from(["root", "nobody", "0:0", "4294967294", "x", "nobody:x", ":", "é", "1000:1000"])
TABLES = st.fixed_dictionaries(
    {"command": COMMANDS},
    optional={
        "user": USERS | st.text(max_size=5),
        "working_dir": STRINGS,
        "environment": st.dictionaries(st.sampled_from(["PATH", "A_TOKEN", "é"]), STRINGS),
    },
)
PHASES = st.sampled_from(["pre_start", "post_start", "pre_stop", "post_stop"])
TOP = st.fixed_dictionaries(
    {},
    optional={
        "process": st.dictionaries(st.sampled_from("abc"), TABLES, max_size=2),
        "ready": STRINGS | st.fixed_dictionaries({"command": COMMANDS}),
        "alive": STRINGS | st.fixed_dictionaries({"command": COMMANDS}) | st.fixed_dictionaries({"unix": STRINGS}),
        "ready_file": STRINGS,
    },
)
FILES = st.tuples(TOP, st.dictionaries(PHASES, st.lists(TABLES, max_size=3) | COMMANDS)).map(
    lambda both: both[0] | both[1]
)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=st.lists(st.tuples(FILES, st.lists(STRINGS, max_size=4)), min_size=40, max_size=40))
def test_no_hook_file_makes_it_fail(inspected: Inspect, files: list[tuple[dict[str, object], list[str]]]) -> None:
    """Whatever a valid hook file names: fifos, devices, endless files, links to themselves, words that are none."""
    cases: list[Case] = []
    for file, command in files:
        text = "\n".join(f"{json.dumps(key)} = {inline(item)}" for key, item in file.items())
        try:
            parse(text.encode())
        except HookFileError:
            continue
        cases.append({"hooks": text, "command": command, "file": "manage.py"})
    for found in inspected(cases):
        assert {code for code, *_ in found} <= {rule.code for rule in RULES}


def inline(value: object) -> str:
    """A value as TOML on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {inline(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case _:
            return json.dumps(value).replace("\x7f", "\\u007f")
