"""A mistake on the command line: the variable it came from is named, and a long value is cut."""

import os

import click
from click.core import ParameterSource

_LONGEST = 300  # characters of click's own sentences, which hold the whole value
_BEGIN, _END = 80, 160


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
