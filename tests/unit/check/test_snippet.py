"""How a problem looks: the source line, the mark exactly under what is meant, colours, long lines."""

import re
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeinit.check.output import snippet
from lifeinit.check.output.colours import Paint, are_wanted
from lifeinit.check.output.excerpt import cells, excerpt
from lifeinit.check.output.report import Report
from lifeinit.config.diagnostic import Diagnostic, Place, Span
from lifeinit.config.parser import examine
from lifeinit.config.spans import Places


def screen_of(raw: str | bytes, columns: int = 100) -> str:
    """What `lifeinit check` prints of a file, but for its last lines."""
    examined = examine(raw.encode() if isinstance(raw, str) else raw)
    return snippet.problems(Report("hooks.toml", examined.text, examined.problems), columns, Paint(wanted=False))


SEVERAL = 'pre_strat = "x"\n[[pre_start]]\ncommand = "x"\nretry_delay = "3s"\ntimeout = "5"\n'
SCREEN = """\
error[E102]: unknown key "pre_strat"
 --> hooks.toml:1:1
  |
1 | pre_strat = "x"
  | ^^^^^^^^^
  |
  = help: did you mean "pre_start"?

warning[W201]: retry_delay has no effect without retries
 --> hooks.toml:4:1
  |
4 | retry_delay = "3s"
  | ^^^^^^^^^^^
  |
  = help: add retries, or remove it

error[E202]: timeout is "5", a quoted number without a unit
 --> hooks.toml:5:11
  |
5 | timeout = "5"
  |           ^^^
  |
  = help: write "5s" for seconds or "5m" for minutes; without quotes it is seconds

"""


def test_a_whole_screen() -> None:
    assert screen_of(SEVERAL) == SCREEN


@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        ('[app]\n\tuser\t= ""\n', ['2 |     user    = ""', "  |               ^^"]),  # a tab before and a tab inside
        (
            'app = { environment = { "鍵字" = "値", B = "$ e\u0301" } }\n',
            [
                '1 | app = { environment = { "鍵字" = "*", B = "****" } }',
                "  |                                            ^",
            ],
        ),  # wide characters before the place
        (
            b'\xef\xbb\xbfpre_strat = "x"\r\n[ap]\r\n',
            ['1 | pre_strat = "x"', "  | ^^^^^^^^^", "2 | [ap]", "  |  ^^"],
        ),  # a byte order mark and CRLF
        (
            'stop_on = """\nTERM\nINT"""\nkill_after = [\n  1,\n]\n',
            ['1 | stop_on = """', "  |           ^^^", "4 | kill_after = [", "  |              ^"],
        ),  # a value of several lines
        (
            '[[pre_start]]\n[[pre_start]]\nwait_for = "tcp://b"\n[process]\nweb = { user = "a" }\nb.ready.tpc = "x"\n',
            [
                "1 | [[pre_start]]",
                "  | ^^^^^^^^^^^^^",
                '3 | wait_for = "tcp://b"',
                "  |            ^^^^^^^^^",
                '5 | web = { user = "a" }',
                "  |       ^^^^^^^^^^^^^^",
                '6 | b.ready.tpc = "x"',
                "  | ^",
                '6 | b.ready.tpc = "x"',
                "  |         ^^^",
            ],
        ),  # a header, an inline table, a list item and a dotted key
        (
            b'"a\\u001b[31m" = "\xe2\x80\xae"\n',
            ['1 | "a\\u001b[31m" = "\\u202e"', "  | ^^^^^^^^^^^^^"],
        ),  # what a terminal would obey
        (b'pre_start = "caf\xe9"\n', ['1 | pre_start = "caf�"', "  |                 ^"]),  # not UTF-8
        ('pre_start = "x"\r\n'.encode("utf-16"), ['1 | pre_start = "x"', "  | ^"]),  # UTF-16
        (b"# x\n" * 2_500_000, []),  # too large
        ("pre_start = [\n  'a',\n", ["2 |   'a',", "  |      ^"]),  # at the end of the file
    ],
)
def test_the_line_and_its_mark(raw: str | bytes, rows: list[str]) -> None:
    assert [row for row in screen_of(raw).splitlines() if re.match(r"\d+ \||  \| +\^", row)] == rows


_MANY = ", ".join(f'V{i} = "{i}"' for i in range(40))
LONG = f"[app]\nenvironment = {{ {_MANY}, X = 1, Z = '{'z' * 80}' }}\n"


@pytest.mark.parametrize(
    ("columns", "line", "marks"),
    [
        (80, f"""2 | ... = "**", V39 = "**", X = *, Z = '{"*" * 37}...""", 29),
        (40, f"""2 | ...= "**", X = *, Z = '{"*" * 10}...""", 16),
    ],
)
def test_a_long_line_is_cut_around_the_place(columns: int, line: str, marks: int) -> None:
    rows = screen_of(LONG, columns).splitlines()
    assert rows[3:5] == [line, f"  | {'^':>{marks}}"]
    assert len(line) == columns


def test_the_beginning_of_a_long_line_stays_if_the_place_is_there() -> None:
    text = f'pre_strat = "{"x" * 300}"\n'
    rows = screen_of(text, 60).splitlines()
    assert rows[3] == f'1 | pre_strat = "{"x" * 40}...'
    assert rows[4] == "  | ^^^^^^^^^"
    assert len(rows[3]) == 60


def test_a_mark_longer_than_the_line_is_cut_with_it() -> None:
    rows = screen_of(f'[app]\nuser = ["{"x" * 300}"]\n', 60).splitlines()
    assert max(map(len, rows)) == 60
    assert rows[5] == f'2 | user = ["{"x" * 44}...'
    assert rows[6] == f"  |        {'^' * 46}"


_characters = st.characters(codec="utf-8", exclude_characters="\n\r")


@given(st.text(_characters, max_size=60), st.integers(0, 70), st.integers(0, 70), st.integers(30, 90))
def test_no_excerpt_is_wider_than_its_room(line: str, start: int, length: int, room: int) -> None:
    """Its mark lies inside, and nothing in it can be obeyed by a terminal."""
    start = min(start, len(line))
    cut = excerpt(line, start, min(start + length, len(line)), room)
    assert sum(cell.width for cell in cells(cut.text)) <= room
    assert cut.text.isprintable()
    assert cut.column >= 0
    assert cut.width >= 1
    assert cut.column + cut.width <= room + 10  # an escaped character is not cut in two


@given(st.text(_characters, max_size=30), st.text(st.sampled_from("ab値\t"), min_size=1, max_size=5))
def test_the_mark_stands_under_the_text(before: str, marked: str) -> None:
    cut = excerpt(before + marked, len(before), len(before) + len(marked), 1000)
    row = cells(before + marked)
    assert cut.column == sum(cell.width for cell in row[: len(before)])
    assert cut.width == sum(cell.width for cell in row[len(before) :])


def test_the_width_of_a_cell() -> None:
    assert [cell.width for cell in cells("a値ｶe\u0301\u200b\U0001f600\u1160")] == [1, 2, 1, 1, 0, 6, 2, 0]
    assert east_asian_width("値") == "W"
    assert [cell.width for cell in cells("\ta\tbcd\t")] == [4, 1, 3, 1, 1, 1, 1]


def test_colours() -> None:
    problem = Diagnostic("E102", Span(Place(1, 1), Place(1, 2)), "unknown key", "remove it")
    report = Report("h.toml", "a = 1", [problem])
    assert snippet.problems(report, 80, Paint(wanted=True)) == (
        "\x1b[1;31merror[E102]\x1b[0m\x1b[1m: unknown key\x1b[0m\n"
        "\x1b[1;34m -->\x1b[0m h.toml:1:1\n"
        "\x1b[1;34m  |\x1b[0m\n"
        "\x1b[1;34m1 |\x1b[0m a = 1\n"
        "\x1b[1;34m  |\x1b[0m \x1b[1;31m^\x1b[0m\n"
        "\x1b[1;34m  |\x1b[0m\n"
        "\x1b[1;34m  =\x1b[0m \x1b[1;36mhelp\x1b[0m: remove it\n\n"
    )
    assert snippet.verdict(report, 80, Paint(wanted=True)) == "h.toml: \x1b[1;31m1 error\x1b[0m\n"


@pytest.mark.parametrize(
    ("environment", "on_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_when_there_are_colours(environment: dict[str, str], on_terminal: bool, elsewhere: bool) -> None:
    assert are_wanted(environment, is_terminal=True) == on_terminal
    assert are_wanted(environment, is_terminal=False) == elsewhere


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('wait_for = "postgres://me:p/a@ss@db:5432/x"', 'wait_for = "postgres://*********@db:5432/x"'),
        ("ready = 'http://me:word@h/a?key=word'", "ready = 'http://*******@h/a?********'"),
        ('ready = "http://localhost:80/healthz"', 'ready = "http://localhost:80/healthz"'),
        ('app.environment.TOKEN = "word"', 'app.environment.TOKEN = "****"'),
        ('a = { environment = { A = "w}d", B = 12 }, x = 1 }', 'a = { environment = { A = "***", B = ** }, x = 1 }'),
        ('[app]\nuser = "word"', 'user = "word"'),
        ('[app.environment] # "x"\nA = "wo\\"rd" # why', 'A = "******" # why'),
        ("[[pre_start]]\n[pre_start.environment]\n\nA = 'word'", "A = '****'"),
        ('[app.environment]\nA = "word"\n[app]\nuser = "word"', 'user = "word"'),
        ("environment = true", "environment = true"),
    ],
)
def test_what_may_be_a_secret_is_masked_in_the_excerpt(text: str, shown: str) -> None:
    """The message hid the password of a URL, and the line below it showed it."""
    line = len(text.split("\n"))
    report = Report("hooks.toml", text, [Diagnostic("E105", Span(Place(line, 1), Place(line, 2)), "x")], "")
    assert f"{line} | {shown}\n" in snippet.problems(report, 80, Paint(wanted=False))


def test_a_value_of_environment_is_in_no_message() -> None:
    (problem,) = examine(b"app.environment = { PASSWORD = 4711 }").problems
    assert problem.sentence == "PASSWORD is a number, not a string: put it in quotes"


def test_the_verdict() -> None:
    def verdict(*codes: str) -> str:
        problems = [Diagnostic(code, Span(Place(1, 1), Place(1, 2)), "x") for code in codes]
        return snippet.verdict(Report("h\n.toml", "", problems, "1 pre_start"), 80, Paint(wanted=False))

    assert verdict() == "h\\n.toml: ok: 1 pre_start\n"
    assert verdict("W201") == "h\\n.toml: ok with 1 warning: 1 pre_start\n"
    many = "h\\n.toml: 1000 errors, the most that are shown\n"
    assert verdict(*["E102"] * 1000) == many
    assert verdict("E102", "W201", "E101", "W201", "W201") == "h\\n.toml: 2 errors, 3 warnings\n"


def test_what_is_about_the_whole_file_shows_no_line() -> None:
    whole = Diagnostic("W401", Places("a = 1\n").span(()), "nothing ends it", "end it")
    assert snippet.problems(Report("f", "a = 1\n", [whole]), 80, Paint(wanted=False)) == (
        "warning[W401]: nothing ends it\n --> f:1:1\n  = help: end it\n\n"
    )
