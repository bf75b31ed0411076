"""The help of every command: it fits a terminal, and each option has one short line that begins with a verb."""

import re

import click
import pytest

from lifeinit.cli.run import run
from lifeinit.cli.serve import command_named
from lifeinit.startup.commands import COMMANDS

ALL = {"": run, **{name: command_named(name) for name in COMMANDS}}
VERBS = frozenset(
    "Act Apply Ask Check Choose Compile Count Draw Explain Fail Give Hide Ignore Limit Log Map Print Read Reap Run"
    " Show Signal Trust Validate Wait Write".split()
)


def context(name: str) -> click.Context:
    return ALL[name].make_context(f"lifeinit {name}".rstrip(), [], resilient_parsing=True, terminal_width=80)


@pytest.mark.parametrize("name", ALL)
def test_the_help_fits_a_terminal(name: str) -> None:
    lines = ALL[name].get_help(context(name)).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 45


@pytest.mark.parametrize("name", ALL)
def test_each_option_says_what_it_does(name: str) -> None:
    for parameter in ALL[name].get_params(context(name)):
        if isinstance(parameter, click.Option):
            text = parameter.help or ""
            assert len(text) < 60, parameter.opts
            assert text.split()[0] in VERBS, (parameter.opts, text)
            assert text.endswith("."), parameter.opts


@pytest.mark.parametrize("name", ALL)
def test_each_command_begins_with_a_verb(name: str) -> None:
    assert re.split(r"\s", ALL[name].help or "")[0] in VERBS
    assert not name or COMMANDS[name].split()[0] in VERBS
