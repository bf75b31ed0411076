"""Hook files, right ones and wrong ones: what each says, in full."""

import pytest

from lifeinit.config import keys
from lifeinit.config.diagnostic import HookFileError
from lifeinit.config.model import Hook, HookFile
from lifeinit.config.parser import examine, parse
from lifeinit.config.reporter import MOST_PROBLEMS


def problems(raw: str | bytes) -> list[str]:
    """Each problem of a hook file, as `check` prints it."""
    with pytest.raises(HookFileError) as caught:
        parse(raw.encode() if isinstance(raw, str) else raw)
    return [problem.text("hooks.toml") for problem in caught.value.problems]


def test_an_empty_file_has_the_defaults() -> None:
    hook_file = parse(b"")
    assert hook_file == HookFile()
    assert (hook_file.stop_timeout, hook_file.kill_after, hook_file.stop_on) == (None, 2.0, ("TERM", "INT", "QUIT"))
    assert (hook_file.app.stop_signal, hook_file.app.stop_scope) == (None, None)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('pre_start = "a && b"', "a && b"),
        ('pre_start = ["a", "b c"]', ("a", "b c")),
        ('pre_start = { command = "a" }', "a"),
        ('[pre_start]\ncommand = ["a"]', ("a",)),
        ('[[pre_start]]\ncommand = "a"', "a"),
        ('pre_start = [{ command = "a" }]', "a"),
    ],
)
def test_each_form_of_a_phase(text: str, command: str | tuple[str, ...]) -> None:
    hook = Hook(name="pre_start[0]", command=command, on_failure="abort")
    assert parse(text.encode()).hooks["pre_start"] == (hook,)


def test_every_key_of_a_hook() -> None:
    text = """
        [[post_stop]]
        name = "up-load_1.0"
        command = "x"
        timeout = "1m30s"
        retries = 2
        retry_delay = 0.5
        on_failure = "abort"
        [[post_stop]]
        sleep = "500ms"
    """
    assert parse(text.encode()).hooks["post_stop"] == (
        Hook(name="up-load_1.0", command="x", timeout=90.0, retries=2, retry_delay=0.5, on_failure="abort"),
        Hook(name="post_stop[1]", sleep=0.5, on_failure="warn"),
    )


@pytest.mark.parametrize(
    ("phase", "timeout", "on_failure"),
    [("pre_start", None, "abort"), ("post_start", 60, "abort"), ("pre_stop", 5, "warn"), ("post_stop", 5, "warn")],
)
def test_the_defaults_of_each_phase(phase: str, timeout: float | None, on_failure: str) -> None:
    hooks = parse(f'{phase} = "x"'.encode()).hooks
    (hook,) = next(hooks for hooks in hooks.values() if hooks)
    assert (hook.timeout, hook.on_failure) == (timeout, on_failure)


def test_every_key_at_the_top() -> None:
    text = """
        stop_timeout = "25s"
        kill_after = 0
        stop_on = ["SIGQUIT", "winch", "RTMIN+3"]
        app.stop_signal = "int"
        app.stop_scope = "group"
    """
    hook_file = parse(text.encode())
    assert (hook_file.stop_timeout, hook_file.kill_after) == (25.0, 0.0)
    assert hook_file.stop_on == ("QUIT", "WINCH", "RTMIN+3")
    assert (hook_file.app.stop_signal, hook_file.app.stop_scope) == ("INT", "group")


def test_a_byte_order_mark_and_crlf_are_fine() -> None:
    assert parse('\ufeffpre_start = "x"\r\n'.encode()).hooks["pre_start"][0].command == "x"


WRONG: list[tuple[str | bytes, str]] = [
    ('pre_strat = "x"', "E102 1:1-1:10"),
    ('post-stop = "x"', "E102 1:1-1:10"),
    ("colour = 3", "E102 1:1-1:7"),
    ('[[pre_stop]]\ncomand = "x"', "E102 2:1-2:7"),
    ("[app]\nzz = 1", "E102 2:1-2:3"),
    ("app = 1", "E105 1:7-1:8"),
    ("pre_start = 5", "E105 1:13-1:14"),
    ("pre_start = true", "E105 1:13-1:17"),
    ("pre_start = 2020-01-01", "E105 1:13-1:23"),
    ('pre_start = ""', "E201 1:13-1:15"),
    ("pre_start = []", "E201 1:13-1:15"),
    ('pre_start = ["a", 5]', "E105 1:19-1:20"),
    ('pre_start = ["", "a"]', "E201 1:14-1:16"),
    ('pre_start = "a\\u0000b"', "E215 1:15-1:21"),
    ('[[pre_stop]]\ncommand = "x"\nsleep = 1', "E107 3:1-3:6"),
    ('[[pre_stop]]\nsleep = "6s"\ntimeout = "5s"', "E217 3:11-3:15"),
    ('[[pre_stop]]\nname = "a"\nsleep = 1\n[[pre_stop]]\nname = "a"\nsleep = 1', "E207 5:8-5:11"),
    ('[[pre_stop]]\nname = "a b"\nsleep = 1', "E206 2:8-2:13"),
    ("[[pre_stop]]\nname = 1\nsleep = 1", "E105 2:8-2:9"),
    ('[[pre_stop]]\nretries = -1\ncommand = "x"', "E208 2:11-2:13"),
    ('[[pre_stop]]\non_failure = "ignore"\nsleep = 1', "E209 2:14-2:22"),
    ('[app]\nstop_scope = ["group"]', "E209 2:14-2:23"),
    ('stop_timeout = "30"', "E202 1:16-1:20"),
    ('stop_timeout = "soon"', "E202 1:16-1:22"),
    ("stop_timeout = 0", "E202 1:16-1:17"),
    ("kill_after = -1.5", "E202 1:14-1:18"),
    ("kill_after = nan", "E202 1:14-1:17"),
    ("kill_after = 1e99", "E202 1:14-1:18"),
    ('stop_on = "TERM"', "E105 1:11-1:17"),
    ('stop_on = ["TERM", "TREM"]', "E203 1:20-1:26"),
    ('stop_on = ["KILL"]', "E204 1:12-1:18"),
    ('stop_on = ["CHLD"]', "E204 1:12-1:18"),
    ("[app]\nstop_signal = 15", "E203 2:15-2:17"),
    ("signals = 5", "E105 1:11-1:12"),
    ('[signals]\nHUB = "USR1"', "E203 2:1-2:4"),
    ('[signals]\nKILL = "TERM"', "E204 2:1-2:5"),
    ('[signals]\nHUP = "USR1"\nSIGHUP = "USR2"', "E205 3:1-3:7"),
    ('[signals]\nHUP = "URS1"', "E203 2:7-2:13"),
    ('[app]\nuser = ""', "E218 2:8-2:10"),
    ("[app]\nuser = 1000", "E105 2:8-2:12"),
    ('[app]\nno_new_privs = "yes"', "E105 2:16-2:21"),
    ("[app]\numask = 22", "E211 2:9-2:11"),
    ('[app]\numask = "999"', "E211 2:9-2:14"),
    ("[app.environment]\nA = 1", "E105 2:5-2:6"),
    ('[app.environment]\n"A=B" = ""', "E212 2:1-2:6"),
    ('[app.environment]\nA = "5 $"', "E213 2:8-2:9"),
    ("[app]\nsuccess_exit_codes = [3, 256]", "E210 2:26-2:29"),
    ("[app]\nsuccess_exit_codes = 3", "E105 2:22-2:23"),
    ('pre_start = "x', "E101 1:14-1:15"),
    ("kill_after = 1\nkill_after = 2", "E101 2:1-2:11"),
    ("pre_start x", "E101 1:11-1:12"),
    (b'# caf\xc3\xa9\npre_start = "caf\xe9"', "E111 2:17-2:18"),
    ("a = " + "[" * 5000, "E110 1:37-1:38"),
    ("stop_timeout = 30s", "E101 1:16-1:19"),
    ("[[pre_start]]\ncommand = 'x'\nuser = 'a'\nuser = 'b'", "E101 4:1-4:5"),
    ("[app]\noom_score_adj = 1001", "E208 2:17-2:21"),
    ("[process.a]\ncommand = 'x'\n[process.a.signals]\nHUB = ''", "E203 4:1-4:4"),
]


PORT_OR_TIME = 'write "tcp://127.0.0.1:8000" for a port, or "8000s" for a time'


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_each_mistake_has_its_code_its_span_and_a_fix(text: str | bytes, expected: str) -> None:
    (problem,) = examine(text.encode() if isinstance(text, str) else text).problems
    start, end = problem.span
    assert f"{problem.code} {start.line}:{start.column}-{end.line}:{end.column}" == expected
    assert problem.message
    assert problem.help


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "colour = 3",
            f'unknown key "colour": a hook file takes {", ".join(keys.TABLES["top"])}',
        ),
        ("app = 1", 'app is a number "1", not a table: write it as [app]'),
        ('pre_start = ["a", 5]', 'argument 1 is a number "5", not a string: put it in quotes'),
        (
            'pre_start = ["a", { command = "b" }]',
            "argument 1 is a table, not a string: write each command below a [[pre_start]] of its own",
        ),
        (
            '[[post_stop]]\ncommand = [["a"]]',
            'argument 0 is a list "["a"]", not a string: write each command below a [[post_stop]] of its own',
        ),
        (
            "[app]\nenvironment = ['DB_PASSWORD=hunter2']",  # nor is it shown: the run's log is read by others
            'environment is a list, not a table: write { NAME = "value" }',
        ),
        ("[app]\nuser = ['a']", 'user is a list "["a"]", not a string: write one string'),
        (
            "[[process]]\nname = 'web'",
            'process is a list "[{name = web}]", not a table: write [process.NAME], and command = "..." below it',
        ),
        (
            "[process]\ncommand = 'x'",
            'command is a string "x", not a table: write [process.NAME], and command = "..." below it',
        ),
        (
            "[process.app]\ncommand = 'x'",
            '"app" is reserved for the command after --: give it another name',
        ),
        (
            "ready = 8000",
            f'ready is a number "8000", which may be a time or a port: {PORT_OR_TIME}',
        ),
        (
            'ready = "8000"',
            f'ready is a string "8000", which may be a time or a port: {PORT_OR_TIME}',
        ),
        (
            "[process.a]\ncommand = 'x'\nready = 0.5",
            f'ready is a number "0.5", which may be a time or a port: {PORT_OR_TIME.replace("8000s", "0.5s")}',
        ),
        ("[[pre_stop]]", "pre_stop[0] has neither command nor wait_for nor sleep nor drain: write one of them"),
        ('[[pre_stop]]\nsleep = 1\ncommand = "x"', "pre_stop[0] has both sleep and command: write 2 hooks"),
        ('[[pre_stop]]\nsleep = 1\nuser = "x"', "user cannot be combined with sleep: remove it"),
        ("app.environment.A = {}", "A is a table, not a string: write one string"),
        ("app.environment.A.file = 1", 'file is a number "1", not a string: put it in quotes'),
        (
            'app.environment.A = { value = "s3" }',
            'A has the unknown key "value": write { file = "/run/secrets/..." }, or a string',
        ),
        (
            'app.environment.A.file = "run/x"',
            'file is "run/x", not an absolute path: begin it with a slash',
        ),
        (
            "[process.a]\ncommand = 'x'\nafter = 'b'\n[process.b]\ncommand = 'x'",
            'after is a string "b", not a list: write a list, for example ["db"]',
        ),
        (
            "[process.a]\ncommand = 'x'\nafter = ['c']\n[process.b]\ncommand = 'x'",
            'after contains "c", which is not a process: write one of "app", "b"',
        ),
        ("[process.a]\ncommand = 'x'\nafter = ['a']", "a is after itself: remove it"),
        (
            "[process]\na = { command = 'x', after = ['b'] }\nb = { command = 'x', after = ['a'] }",
            "a is after b, and b after a: neither could start: remove one",
        ),
        ("pre_stop.drain = {}", "drain has no port: write drain = { port = 8000 }"),
        ("pre_stop.drain = 0", 'drain is "0": write the port that the app listens on, as in drain = 8000'),
        (
            "pre_stop.drain = '5s'",
            'drain is "5s": write the port that the app listens on, as in drain = 8000, or sleep = "5s" to only wait',
        ),
        ("pre_stop.drain.port = 0", 'port is "0": write a whole number from 1 to 65535'),
        (
            "pre_start.drain = 80",
            "drain has no effect in pre_start, where the app is not serving: move it to a [[pre_stop]] hook",
        ),
        (
            "[pre_stop.drain]\nport = 80\nat_least = 9",
            'at_least is 9 s, and timeout ends the hook after 5 s: write timeout = "14s", or a shorter at_least',
        ),
        (
            "[pre_stop.drain]\nport = 80\nquiet = 10",
            'quiet is 10 s, and timeout ends the hook after 5 s: write timeout = "15s", or a shorter quiet',
        ),
        ("kill_after = 1\nkill_after = 2", "invalid TOML: cannot overwrite a value: keep one of them"),
        ("once = True", "invalid TOML: invalid value: write true"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_is_wrong_with_which_value_and_the_fix(text: str, sentence: str) -> None:
    assert [problem.sentence for problem in examine(text.encode()).problems] == [sentence]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """
stop_timeout = "1 minute"
[[pre_start]]
retries = "two"
[[post_stop]]
sleep = "x"
"""
    assert [sentence.split(":")[1] for sentence in problems(text)] == ["2", "3", "4", "6"]


def test_every_key_of_the_app() -> None:
    text = """
        [signals]
        HUP = "SIGUSR2"
        TERM = ""
        [app]
        user = "app:staff"
        working_dir = "/srv"
        umask = "0027"
        no_new_privs = true
        success_exit_codes = ["SIGTERM", 3, "7-9"]
        environment = { URL = "http://${HOST}/$$", E = "" }
    """
    hook_file = parse(text.encode())
    assert hook_file.signals == {"HUP": "USR2", "TERM": None}
    app = hook_file.app
    assert (app.user, app.working_dir, app.umask, app.no_new_privs) == ("app:staff", "/srv", 0o027, True)
    assert app.success_exit_codes == frozenset({143, 3, 7, 8, 9})
    assert app.environment == {"URL": "http://${HOST}/$$", "E": ""}


HUGE = "0x" + "f" * 5000  # more decimal digits than Python writes


@pytest.mark.parametrize(
    "text",
    [f"stop_timeout = {HUGE}", f"app = {HUGE}", f"pre_start = [{HUGE}]", f"stop_on = [[{HUGE}]]",
     f"pre_start = {HUGE}", f"[app]\nsuccess_exit_codes = [{HUGE}]", f"[[pre_stop]]\ncommand = 'x'\nretries = {HUGE}"],
)  # fmt: skip
def test_a_number_that_python_refuses_to_write(text: str) -> None:
    """It once ended in a traceback: the sentence about it could not be written."""
    (sentence,) = problems(text)
    assert "0xffff" in sentence or "retries" in sentence


@pytest.mark.parametrize(
    ("raw", "place", "byte"),
    [
        (b"\xef\xbb\xbf\xff", "1:1", "0xff"),
        (b"\xef\xbb\xbf\xc3\xa9\xff", "1:2", "0xff"),
        (b'\xef\xbb\xbfpre_start="x"\n# \xff', "2:3", "0xff"),
    ],
)
def test_a_byte_order_mark_before_what_is_not_utf_8(raw: bytes, place: str, byte: str) -> None:
    """The mark was once counted where it did not count."""
    assert problems(raw) == [f'hooks.toml:{place}: error: the file is not UTF-8: byte "{byte}": save the file as UTF-8']


def test_the_place_of_a_table_that_only_a_table_below_it_makes() -> None:
    assert problems("# c\n[pre_stop.x]\ny = 1\n")[0].startswith("hooks.toml:2:1: error: ")


def test_a_path_is_printed_on_one_line() -> None:
    with pytest.raises(HookFileError) as caught:
        parse(b"zz = 1")
    assert caught.value.problems[0].text("a\x1b[31m\nb\udcff").startswith("a\\x1b[31m\\nb\\udcff:1:1: error: ")


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ('[[pre_start]]\ncommand = "x"\nretry_delay = 1', ["retry_delay"]),
        ('[[pre_start]]\ncommand = "x"\nretry_delay = 1\nretries = 0', ["retry_delay"]),
        ('[[pre_start]]\ncommand = "x"\nretry_delay = 1\nretries = 1', []),
        ("[app]\nmax_restarts = 3\nrestart_window = 60", ["max_restarts", "restart_window"]),
        ('[app]\nmax_restarts = 3\nrestart = "no"', ["max_restarts"]),
        ('[app]\nmax_restarts = 3\nrestart = "always"', []),
        ('[app]\nmax_restarts = 3\n[process.a]\ncommand = "x"\nrestart = "always"', []),
        ('[app]\nrestart = "always"\n[process.a]\ncommand = "x"\nmax_restarts = 3', []),
        ('[app]\nrestart = "always"\n[process.a]\ncommand = "x"\nmax_restarts = 3\nrestart = "no"', ["max_restarts"]),
        ('[process.a]\ncommand = "x"\nmax_restarts = 3', ["max_restarts"]),
    ],
)
def test_what_changes_nothing_is_warned_of_and_accepted(text: str, warned: list[str]) -> None:
    examined = examine(text.encode())
    assert examined.hook_file == parse(text.encode())
    assert [problem.code for problem in examined.problems] == ["W201"] * len(warned)
    assert [problem.message.split()[0] for problem in examined.problems] == warned


def test_many_warnings_do_not_end_the_reading() -> None:
    """They were once counted with the errors: a file with a thousand of them was refused without a reason."""
    hooks = '[[pre_start]]\ncommand = "x"\nretry_delay = 1\n' * (MOST_PROBLEMS + 1)
    assert len(parse(hooks.encode()).hooks["pre_start"]) == MOST_PROBLEMS + 1
    assert len(examine(hooks.encode()).problems) == MOST_PROBLEMS


def test_many_errors_end_the_reading() -> None:
    assert len(problems("".join(f"k{i} = 1\n" for i in range(MOST_PROBLEMS + 1)))) == MOST_PROBLEMS


@pytest.mark.parametrize("value", ["[]", "{}", "[[]]", "1", "1.5", "true", '""', "1979-05-27"])
@pytest.mark.parametrize("table", ["app", "process.a"])
def test_no_kind_of_value_is_too_strange(table: str, value: str) -> None:
    """Each key with each kind of value is accepted or refused, and never a crash."""
    for key in keys.TABLES["process"]:
        examine(f"[{table}]\n{key} = {value}\nmax_restarts = 1\n".replace("max_restarts = 1\nmax", "max").encode())
        examine(f"[[pre_start]]\n{key} = {value}\n{table} = {value}".encode())
    for key in (*keys.TABLES["hook"], *keys.TABLES["ready"]):
        assert examine(f"[[pre_start]]\n{key} = {value}\n[ready]\n{key} = {value}".encode()).problems
    for key in keys.TABLES["top"]:
        examine(f"{key} = {value}".encode())


@pytest.mark.parametrize("text", ['stop_on = ["KIL"]', "stop_on = [9]", "stop_on = [true]", "stop_on = [0]"])
def test_no_signal_is_proposed_that_cannot_be_used(text: str) -> None:
    (sentence,) = problems(text)
    assert "KILL" not in sentence


@pytest.mark.parametrize(
    "text",
    [
        '[[pre_start]]\ncommand = "x"\nretris = 2\nretry_delay = 1',
        "[app]\nautorestart = true\nmax_restarts = 3",
        '[process.a]\ncommand = "x"\nrestrat = "always"\nmax_restarts = 3',
        '[process.a]\ncomand = "x"',
        '[ready]\nhtp = "http://a"',
        '[[pre_start]]\nrun = "x"',
    ],
)
def test_a_misspelt_key_is_the_only_problem(text: str) -> None:
    """What is wrong only because of it is not said too."""
    assert len(problems(text)) == len(examine(text.encode()).problems) == 1


@pytest.mark.parametrize(
    ("table", "line", "without_meaning"),
    [
        ("hook", 'sleep = "1s"', {"retries", "retry_delay", "unless", "user", "working_dir", "environment"}),
        ("hook", "drain = 80", {"retries", "retry_delay", "unless", "user", "working_dir", "environment"}),
        ("ready", "notify = true", {"insecure", "interval"}),
        ("ready", 'after = "1s"', {"insecure", "interval", "timeout", "on_failure"}),
    ],
)
def test_the_keys_that_have_no_meaning_beside_another(table: str, line: str, without_meaning: set[str]) -> None:
    header = "[[pre_stop]]" if table == "hook" else "[ready]"
    others = [row for row in keys.TABLES[table].values() if not row.one_of]
    text = "\n".join([header, line, *(f"{row.name} = {row.example}" for row in others)])
    sentences = [problem.sentence for problem in examine(text.encode()).problems if problem.code == "E108"]
    meaningless = {sentence.partition(" cannot be combined")[0] for sentence in sentences}
    assert meaningless == without_meaning


@pytest.mark.parametrize(
    ("table", "key", "needed"),
    [
        ("[[pre_stop]]\ncommand = 'x'", 'retry_delay = "1s"', "retries"),
        ("[app]", "max_restarts = 3", "restart"),
        ("[app]", 'restart_window = "1m"', "restart"),
    ],
)
def test_the_keys_that_change_nothing_without_another(table: str, key: str, needed: str) -> None:
    (problem,) = examine(f"{table}\n{key}\n".encode()).problems
    assert problem.sentence.startswith(f"{key.partition(' ')[0]} has no effect without {needed}")


@pytest.mark.parametrize("name", ["tcp", "unix", "file", "command", "notify", "after"])
def test_a_probe_asks_one_thing(name: str) -> None:
    row = keys.TABLES["ready"][name]
    text = f'[ready]\nhttp = "http://127.0.0.1/"\n{name} = {row.example}\n'
    assert "E107" in [problem.code for problem in examine(text.encode()).problems]


def test_a_timeout_that_is_longer_than_its_sleep_is_right() -> None:
    """It ends nothing early. The control is among the mistakes: a shorter one."""
    assert parse(b'pre_stop = { sleep = "1s", timeout = "5s" }').pre_stop[0].timeout == 5.0


def test_two_tables_are_equal_wherever_they_stand() -> None:
    one, moved, other = (parse(text) for text in (b'pre_start = "a"', b'\n\npre_start = "a"', b'pre_start = "b"'))
    assert (one, one.pre_start) == (moved, moved.pre_start)
    assert one != other
    assert one.pre_start != other.pre_start
