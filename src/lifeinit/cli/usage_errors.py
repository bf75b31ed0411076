"""A mistake on the command line, as it is printed: the variable it came from is named, and no line is too long."""

import io
import os
import shutil
from textwrap import wrap

import click
from click.core import ParameterSource

_LONGEST = 300  # characters of click's own sentences, which hold the whole value
_BEGIN, _END = 80, 160
_WIDEST = 80  # columns
_ERROR = "\nError: "


def show(error: click.ClickException) -> None:
    """Print the usage and the sentence to stderr."""
    printed = io.StringIO()
    clarified(error).show(printed)
    usage, found, sentence = f"\n{printed.getvalue()}".rpartition(_ERROR)
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    text = "\n".join(_wrapped(line, width) for line in f"{found}{sentence}".rstrip("\n").split("\n"))
    click.echo(f"{usage}{text}".lstrip("\n"), err=True)


def _wrapped(line: str, width: int) -> str:
    """A sentence on as many lines as it takes; an indented line stays as it is, as no word is divided."""
    if line.startswith(" ") or len(line) <= width:
        return line
    return "\n".join(wrap(line, width, break_long_words=False, break_on_hyphens=False))


def clarified(error: click.ClickException) -> click.ClickException:
    """The error with the variable's name in the place of the option's, if the value came from the environment."""
    if isinstance(error, click.BadParameter):
        error.param_hint = _variable(error.ctx, error.param) or error.param_hint
    if len(error.message) > _LONGEST:
        error.message = f"{error.message[:_BEGIN]}...{error.message[-_END:]}"  # type: ignore[misc]
    return error


def _variable(ctx: click.Context | None, param: click.Parameter | None) -> str | None:
    """The variable that this value was taken from; None for one of the command line."""
    if ctx is None or param is None or param.name is None:
        return None
    if ctx.get_parameter_source(param.name) is not ParameterSource.ENVIRONMENT:
        return None
    if isinstance(param.envvar, str) and os.environ.get(param.envvar):
        return param.envvar
    return f"{ctx.auto_envvar_prefix}_{param.name.upper()}"
