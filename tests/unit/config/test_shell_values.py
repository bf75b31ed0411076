"""What a hook file holds that was written with a shell in mind: each mistake is told the way out that fits it."""

import pytest

from lifeinit.config.parser import examine
from lifeinit.values import interpolation


def told(text: str) -> list[str]:
    """Code, place and way out of each problem."""
    return [
        f"{one.code} {one.span.start.line}:{one.span.start.column} {one.help}"
        for one in examine(text.encode()).problems
    ]


HANDS_ON = "have a pre_start hook write {}=... to $LIFEINIT_ENV"
IS_NOT_RUN = f'commands are not run here: remove it, and {HANDS_ON}, or write "$$" for a dollar sign'


@pytest.mark.parametrize(
    ("value", "way_out"),
    [
        ("$(hostname)", IS_NOT_RUN.format("KEY")),
        ("v$$$((1 + 1))", IS_NOT_RUN.format("KEY")),
        ("${WORKERS:-2}", 'write "$WORKERS", and set the default in the image: ENV WORKERS=...'),
        ("$HOME/${A-}$(x)", 'write "$A", and set the default in the image: ENV A=...'),
        ("${A:=b}", 'write "$A", and set the default in the image: ENV A=...'),
        ("${A:?}", 'write "$A": if it is not set, nothing is started'),
        ("${A%.*}", f"only $NAME and ${{NAME}} are expanded here: {HANDS_ON.format('KEY')}"),
        ("${}", f"only $NAME and ${{NAME}} are expanded here: {HANDS_ON.format('KEY')}"),
        ("5 $", 'write "$$" for a dollar sign'),
        ("$1", 'write "$$" for a dollar sign'),
    ],
)
def test_what_a_shell_would_expand_in_a_value(value: str, way_out: str) -> None:
    """The only way out that was told was to write "$$", which makes a text of it."""
    assert told(f'[app.environment]\nKEY = "{value}"') == [f"E213 2:{8 + (interpolation.stray(value) or 0)} {way_out}"]


def test_what_a_shell_would_expand_in_a_target() -> None:
    assert told('pre_start = { wait_for = ["tcp://${DB:-db}:5432", "tcp://$(hostname):1"] }') == [
        'E213 1:34 write "$DB", and set the default in the image: ENV DB=...',
        "E213 1:58 " + IS_NOT_RUN.format("NAME").replace("ENV, or", 'ENV, and "$NAME" here, or'),
    ]


@pytest.mark.parametrize("value", ["`hostname`", "v-`date +%s`", "`/bin/x | y`-1", "`./x`"])
def test_a_command_in_backticks(value: str) -> None:
    assert told(f'[app.environment]\nKEY = "{value}"') == [f"W202 2:7 remove it, and {HANDS_ON.format('KEY')}"]


@pytest.mark.parametrize("value", ["use `x` here", "`", "``", "a`b", "`x` and `y`", "`Column`", "`1`"])
def test_backticks_that_are_no_command(value: str) -> None:
    assert told(f'[app.environment]\nKEY = "{value}"') == []


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        (
            'pre_stop = { sleep = "$DRAIN_SECONDS" }',
            """1:22 {}: write command = 'exec sleep "${{DRAIN_SECONDS:-3}}"' instead, with a longer timeout""",
        ),
        (
            'post_stop = { sleep = "${A_1:-7.5s}" }',
            """1:23 {}: write command = 'exec sleep "${{A_1:-7.5}}"' instead, with a longer timeout""",
        ),
        ('stop_timeout = "$GRACE"', "1:16 {}: set LIFEINIT_STOP_TIMEOUT where the container is started"),
        ('kill_after = "${GRACE}s"', "1:14 {}: write the time itself"),
    ],
)
def test_a_variable_in_a_duration(text: str, way_out: str) -> None:
    assert told(text) == ["E202 " + way_out.format("a duration cannot contain variables")]


@pytest.mark.parametrize("table", ["[[pre_start]]", "[process.web]"])
def test_another_shell_is_written_into_the_command(table: str) -> None:
    fix = 'write another shell into the command: ["bash", "-c", "..."]'
    assert told(f'{table}\ncommand = "a | b"\nshell = "/bin/bash"') == [f"E103 3:1 {fix}"]


def test_signals_belong_to_the_top_or_to_one_process() -> None:
    assert told('[app]\nsignals = { HUP = "" }') == ["E104 2:1 write [signals]"]
    assert told('[process.web]\ncommand = "x"\nsignals = { HUP = "" }') == []
