"""`lifeinit check`: a path in, every problem printed, the exit status out."""

import click

from lifeinit.hookfile import reader
from lifeinit.hookfile.model import PHASES, HookFile
from lifeinit.hookfile.problem import HookFileError, UnreadableError
from lifeinit.hookfile.search import PLACES

VALID, INVALID, UNREADABLE = 0, 1, 2


def check_file(path: str | None) -> int:
    """Check the hook file at `path` (None: there is none). Problems and the verdict go to stdout."""
    if path is None:
        click.echo(f"lifeinit: no hook file to check: name one, or write {' or '.join(PLACES)}", err=True)
        return UNREADABLE
    try:
        hook_file = reader.read(path)
    except UnreadableError as error:
        click.echo(f"lifeinit: {error}", err=True)
        return UNREADABLE
    except HookFileError as error:
        for problem in error.problems:
            click.echo(problem.text(path))
        return INVALID
    click.echo(f"{path}: ok: {_summary(hook_file)}")
    return VALID


def _summary(hook_file: HookFile) -> str:
    counts = [f"{len(hook_file.hooks[phase])} {phase}" for phase in PHASES if hook_file.hooks[phase]]
    return ", ".join(counts) or "no hooks"
