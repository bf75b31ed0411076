"""The reader of options that needs no click says what click says, or leaves the command line to click."""

import os
import random
from collections.abc import Iterator, Mapping, Sequence

import click
import pytest
from click.core import ParameterSource

from lifeinit.cli.run import run
from lifeinit.startup.read_options import read_options
from lifeinit.startup.run_options import RUN_OPTIONS, RunOption

TEXTS = {
    "file": ("hooks.toml", "", "-x", "a b", "--"),
    "user": (f"{os.geteuid()}:{os.getegid()}", "root", "0", "0:0", "no-such-user", ""),
    "codes": ("3", "3-9", "SIGTERM", "256", "9-3", "", "1-", "3 143", "\uff10"),
    "signal": ("TERM", "15", "SIGRTMIN+1", "99", "", "0"),
    "rewrite": ("TERM:QUIT", "15:0", "HUP:", "TERM", "TERM:nothing", "HUP:USR1 USR2:"),
    "line": ("true", "echo $A; true", " ", "", "one\ntwo", "\n\n"),
    "log_format": ("text", "json", "JSON", ""),
}
FLAGS = ("1", "0", "true", "false", "yes", "", "no", "TRUE", "2", " ")
COUNTS = ("0", "1", "3", "12", "-1", "many", "", " 1")
_WORDS = "-- - app --nothing -x -h --help --version -vvq -gw -ge3 -e3 -vr15:3 -e --user --quiet=1 --log-format= --= ---"
OTHERS = ("", *_WORDS.split(), *"--log-form -v1 -p -sgcr -é".split())
Case = tuple[list[str], dict[str, str]]


def _written(choose: random.Random, option: RunOption) -> list[str]:
    name = choose.choice(option.names.split())
    if not option.takes_value:
        return [name]
    text = choose.choice(TEXTS[option.kind])
    forms = [[name, text], [f"{name}={text}"]] if name.startswith("--") else [[name, text], [f"{name}{text}"]]
    return choose.choice(forms)


def _variables(choose: random.Random) -> Iterator[tuple[str, str]]:
    for option in choose.choices(RUN_OPTIONS, k=choose.choice((0, 0, 1, 2))):
        kinds = {"flag": FLAGS, "count": COUNTS}
        yield option.variable, choose.choice(kinds.get(option.kind) or TEXTS[option.kind])
    if choose.random() < 0.02:
        yield choose.choice((("LIFEINIT_HELP", "1"), ("LIFEINIT_VERSION", "1"), ("LIFEINIT_COMMAND", "true")))


def _case(choose: random.Random) -> Case:
    words: list[str] = []
    for _ in range(choose.choice((0, 1, 1, 2, 3))):
        words += [choose.choice(OTHERS)] if choose.random() < 0.15 else _written(choose, choose.choice(RUN_OPTIONS))
    end = choose.choice((["--", "app", "-v"], ["app", "--", "-q"], ["--"], [], ["--", "--", "-g"]))
    return words + end, dict(_variables(choose))


def _by_click(arguments: Sequence[str]) -> "tuple[dict[str, object], list[str]] | None":
    """What click reads; None for a mistake, and for what only prints something."""
    try:
        context = run.make_context("lifeinit", list(arguments), auto_envvar_prefix="LIFEINIT")
    except (click.ClickException, click.exceptions.Exit):
        return None
    written = {
        name: value
        for name, value in context.params.items()
        if name != "command" and context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    return written, list(context.params["command"])


def _set(patch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for option in RUN_OPTIONS:
        patch.delenv(option.variable, raising=False)
    for name in ("LIFEINIT_HELP", "LIFEINIT_VERSION", "LIFEINIT_COMMAND"):
        patch.delenv(name, raising=False)
    for name, value in variables.items():
        patch.setenv(name, value)


def test_it_reads_what_click_reads(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """On thousands of command lines and environments; most of the right ones are read without click."""
    choose = random.Random(7)
    right = straight = 0
    for _ in range(4000):
        arguments, variables = _case(choose)
        _set(monkeypatch, variables)
        expected, found = _by_click(arguments), read_options(arguments, variables)
        right += expected is not None
        if found is not None:
            straight += 1
            values, command = found
            assert expected == (values, list(command)), (arguments, variables)
    capfd.readouterr()  # helps and versions
    assert straight > 1000
    assert straight > 0.8 * right


@pytest.mark.parametrize("option", RUN_OPTIONS, ids=lambda option: option.field)
def test_each_option_is_read_without_click(option: RunOption) -> None:
    texts = [TEXTS[option.kind][0]] if option.takes_value else []
    for name in option.names.split():
        found = read_options([name, *texts, "--", "app"], {})
        assert found is not None
        assert list(found[0]) == [option.field]
        assert found[1] == ["app"]
    assert read_options(["app"], {option.variable: texts[0] if texts else "1"}) is not None
