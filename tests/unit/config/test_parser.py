"""Hook files, right ones and wrong ones: what each says, in full."""

import pytest

from lifeinit.config import keys
from lifeinit.config.diagnostic import HookFileError
from lifeinit.config.model import Hook, HookFile
from lifeinit.config.parser import examine, parse
from lifeinit.config.readers import MOST_PROBLEMS

FORMS = 'write "a line for the shell" or ["program", "argument"]'


def problems(raw: str | bytes) -> list[str]:
    """Each problem of a hook file, as `check` prints it."""
    with pytest.raises(HookFileError) as caught:
        parse(raw.encode() if isinstance(raw, str) else raw)
    return [problem.text("hooks.toml") for problem in caught.value.problems]


def test_an_empty_file_has_the_defaults() -> None:
    hook_file = parse(b"")
    assert hook_file == HookFile(hooks={"pre_start": (), "post_start": (), "pre_stop": (), "post_stop": ()})
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
    hook = Hook("pre_start[0]", command, None, None, 0, 1.0, "abort")
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
        Hook("up-load_1.0", "x", None, 90.0, 2, 0.5, "abort"),
        Hook("post_stop[1]", None, 0.5, None, 0, 1.0, "warn"),
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


WRONG: list[tuple[str | bytes, list[str]]] = [
    (
        'pre_strat = "x"',
        ['1:1: error: unknown key "pre_strat": did you mean "pre_start"?'],
    ),
    (
        'post-stop = "x"',
        ['1:1: error: unknown key "post-stop": did you mean "post_stop"?'],
    ),
    (
        "colour = 3",
        [
            '1:1: error: unknown key "colour": a hook file takes pre_start, post_start, pre_stop, post_stop, ready, ready_file, stop_timeout, kill_after, stop_on, signals, app, process'  # noqa: E501
        ],
    ),
    (
        '[[pre_stop]]\ncomand = "x"',
        ['2:1: error: unknown key "comand": did you mean "command"?'],
    ),
    (
        "[app]\nzz = 1",
        [
            '2:1: error: unknown key "zz": [app] takes user, working_dir, environment, umask, no_new_privs, stop_signal, stop_scope, success_exit_codes, restart, max_restarts, restart_window'  # noqa: E501
        ],
    ),
    ("app = 1", ['1:7: error: app is a number "1", not a table: write it as [app]']),
    ("pre_start = 5", [f'1:13: error: pre_start is a number "5", not a command: {FORMS}']),
    ("pre_start = true", [f'1:13: error: pre_start is a boolean "true", not a command: {FORMS}']),
    ("pre_start = 2020-01-01", [f'1:13: error: pre_start is a date or time "2020-01-01", not a command: {FORMS}']),
    ('pre_start = ""', [f'1:13: error: command is "", an empty string: {FORMS}']),
    ("pre_start = []", [f'1:13: error: command is "[]", an empty list: {FORMS}']),
    ('pre_start = ["a", 5]', ['1:19: error: argument 1 is a number "5", not a string: put it in quotes']),
    ('pre_start = ["", "a"]', ['1:14: error: argument 0 is "": it has to name the program']),
    (
        'pre_start = "a\\u0000b"',
        ['1:13: error: "a\\x00b" holds a NUL character, which no command line can: remove it'],
    ),
    (
        '[[pre_stop]]\ncommand = "x"\nsleep = 1',
        ["3:1: error: pre_stop[0] has both command and sleep: make 2 hooks of it"],
    ),
    (
        '[[pre_stop]]\nsleep = "6s"\ntimeout = "5s"',
        ['3:11: error: timeout "5s" ends the sleep of "6s" before its time: leave it out'],
    ),
    (
        '[[pre_stop]]\nname = "a"\nsleep = 1\n[[pre_stop]]\nname = "a"\nsleep = 1',
        ['5:8: error: a second pre_stop hook named "a": give it another'],
    ),
    (
        '[[pre_stop]]\nname = "a b"\nsleep = 1',
        ['2:8: error: name is "a b": use letters, digits and the characters _ . - only'],
    ),
    ("[[pre_stop]]\nname = 1\nsleep = 1", ['2:8: error: name is a number "1", not a string: put it in quotes']),
    (
        '[[pre_stop]]\nretries = -1\ncommand = "x"',
        ['2:11: error: retries is "-1": write a whole number from 0 to 1000'],
    ),
    (
        '[[pre_stop]]\non_failure = "ignore"\nsleep = 1',
        ['2:14: error: on_failure is "ignore": did you mean "warn"?'],
    ),
    ('[app]\nstop_scope = ["group"]', ['2:14: error: stop_scope is "["group"]": write "process" or "group"']),
    (
        'stop_timeout = "30"',
        [
            '1:16: error: stop_timeout is "30", a quoted number without a unit: write "30s" for seconds or "30m" for minutes; without quotes it is seconds'  # noqa: E501
        ],
    ),
    (
        'stop_timeout = "soon"',
        [
            '1:16: error: stop_timeout is "soon", no duration: write a number of seconds, or "500ms", "30s", "2m", "1m30s", "1h"'  # noqa: E501
        ],
    ),
    (
        "stop_timeout = 0",
        ['1:16: error: stop_timeout is "0", which leaves no time at all: write at least "1s"'],
    ),
    ("kill_after = -1.5", ['1:14: error: kill_after is "-1.5", negative: a duration begins at 0']),
    ("kill_after = nan", ['1:14: error: kill_after is "nan", longer than a year: write at most "8760h"']),
    ("kill_after = 1e99", ['1:14: error: kill_after is "1e+99", longer than a year: write at most "8760h"']),
    ('stop_on = "TERM"', ['1:11: error: stop_on is a string "TERM", not a list: write ["TERM"], say']),
    (
        'stop_on = ["TERM", "TREM"]',
        ['1:20: error: stop_on holds "TREM", which is no signal: did you mean "TERM"?'],
    ),
    (
        'stop_on = ["KILL"]',
        ['1:12: error: stop_on holds "KILL", which cannot be used for it: write another, "TERM" say'],
    ),
    (
        'stop_on = ["CHLD"]',
        ['1:12: error: stop_on holds "CHLD", which belongs to lifeinit\'s own work: write another, "TERM" say'],
    ),
    (
        "[app]\nstop_signal = 15",
        ['2:15: error: stop_signal holds "15", which is no signal: did you mean "TERM"?'],
    ),
    ("signals = 5", ['1:11: error: signals is a number "5", not a table: write it as [signals]']),
    (
        '[signals]\nHUB = "USR1"',
        ['2:1: error: signals holds "HUB", which is no signal: did you mean "HUP"?'],
    ),
    (
        '[signals]\nKILL = "TERM"',
        ['2:1: error: signals holds "KILL", which never reaches lifeinit: write another, "HUP" say'],
    ),
    (
        '[signals]\nHUP = "USR1"\nSIGHUP = "USR2"',
        ['3:1: error: signals holds "SIGHUP", and HUP already: leave one out'],
    ),
    (
        '[signals]\nHUP = "URS1"',
        ['2:7: error: signals.HUP holds "URS1", which is no signal: did you mean "USR1"?'],
    ),
    ('[app]\nuser = ""', ['2:8: error: user is "", an empty string: leave the key out']),
    ("[app]\nuser = 1000", ['2:8: error: user is a number "1000", not a string: put it in quotes']),
    (
        '[app]\nno_new_privs = "yes"',
        ['2:16: error: no_new_privs is a string "yes": write true or false, without quotes'],
    ),
    ("[app]\numask = 22", ['2:9: error: umask is a number "22": write its octal digits in quotes, "027" say']),
    ('[app]\numask = "999"', ['2:9: error: umask is a string "999": write its octal digits in quotes, "027" say']),
    ("[app.environment]\nA = 1", ['2:5: error: A is a number "1", not a string: put it in quotes']),
    (
        '[app.environment]\n"A=B" = ""',
        ['2:1: error: environment holds "A=B", which cannot be a variable: use letters, digits and _'],
    ),
    (
        '[app.environment]\nA = "5 $"',
        ['2:5: error: A is "5 $", which holds a dollar sign that begins no variable: write "$$" for the sign itself'],
    ),
    (
        "[app]\nsuccess_exit_codes = [3, 256]",
        [
            '2:26: error: success_exit_codes holds "256", no exit status: write a number from 0 to 255, a range as "3-9", or a signal as "SIGTERM"'  # noqa: E501
        ],
    ),
    (
        "[app]\nsuccess_exit_codes = 3",
        ['2:22: error: success_exit_codes is a number "3", not a list: write ["SIGTERM", 3], say'],
    ),
    ('pre_start = "x', ['1:13: error: invalid TOML: a string that does not end on its line: write " behind it']),
    ("a = 1\na = 2", ['2:1: error: invalid TOML: "a" a second time, first on line 1: leave one of them out']),
    ("pre_start x", ['1:11: error: invalid TOML: no "=" behind the key "pre_start": write pre_start = "..."']),
    (
        b'# caf\xc3\xa9\npre_start = "caf\xe9"',
        ['2:17: error: not UTF-8: the byte "0xe9" stands here: save the file as UTF-8'],
    ),
    ("a = " + "[" * 5000, ["1:37: error: nested more than 32 deep: a hook file needs no more than four levels"]),
]


@pytest.mark.parametrize(("text", "sentences"), WRONG)
def test_each_mistake_has_its_place_and_its_sentence(text: str | bytes, sentences: list[str]) -> None:
    assert problems(text) == [f"hooks.toml:{sentence}" for sentence in sentences]


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
    assert problems(raw) == [
        f'hooks.toml:{place}: error: not UTF-8: the byte "{byte}" stands here: save the file as UTF-8'
    ]


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
    for key in keys.PROCESS:
        examine(f"[{table}]\n{key} = {value}\nmax_restarts = 1\n".replace("max_restarts = 1\nmax", "max").encode())
        examine(f"[[pre_start]]\n{key} = {value}\n{table} = {value}".encode())
    for key in (*keys.HOOK, *keys.READY):
        assert examine(f"[[pre_start]]\n{key} = {value}\n[ready]\n{key} = {value}".encode()).problems
    for key in keys.TOP:
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
