"""What a shell offers for a value of the command line: signals, users, programs."""

import grp
import os
import pwd
from typing import TYPE_CHECKING

import click

from lifeinit.engine.signals import VALID, name_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def signals(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names that begin so, with SIG where that was begun. Realtime signals are numbers, more or less: left out."""
    prefix = incomplete[:3] if incomplete.upper().startswith("SIG") else ""
    begun = incomplete[len(prefix) :].upper()
    names = sorted(name for name in map(name_of, VALID) if name.isalnum() and not name.isdecimal())
    return [f"{prefix}{name}" for name in names if name.startswith(begun)]


def rewrites(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The left signals; once that is clear, each pair with it, since a shell would end a lone `TERM:` with a space."""
    came, colon, goes = incomplete.partition(":")
    left = [came] if colon else signals(context, parameter, came)
    if len(left) > 1:
        return left
    return [f"{name}:{other}" for name in left for other in signals(context, parameter, goes)]


def users(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of passwd(5), and after a colon those of group(5)."""
    user, colon, group = incomplete.partition(":")
    if colon:
        return [f"{user}:{entry.gr_name}" for entry in grp.getgrall() if entry.gr_name.startswith(group)]
    return [entry.pw_name for entry in pwd.getpwall() if entry.pw_name.startswith(user)]


def command(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem[str]] | list[str]":
    """A program of PATH for the first word; a file for one with a slash, and for each further word."""
    if not context.params.get("command") and "/" not in incomplete:
        return sorted(_programs(incomplete))
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # no start of an app is to pay for it

    return [CompletionItem(incomplete, type="file")]


def _programs(begin: str) -> set[str]:
    found: set[str] = set()
    for directory in os.get_exec_path():
        try:
            with os.scandir(directory) as entries:
                found.update(entry.name for entry in entries if entry.name.startswith(begin) and _is_program(entry))
        except OSError:
            continue  # PATH may name what is not there
    return found


def _is_program(entry: os.DirEntry[str]) -> bool:
    return os.access(entry.path, os.X_OK) and not entry.is_dir()
