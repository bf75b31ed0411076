"""`lifeinit check --compile` and `--show-compiled`: what is kept beside a hook file for faster starts."""

import json
import os
from collections.abc import Iterable

import click

from lifeinit.check.checking import is_drop_in
from lifeinit.check.output.report import Report
from lifeinit.check.output.secret_text import hidden
from lifeinit.config import compiled, composing, drafting
from lifeinit.config.contents import Sources, is_folder
from lifeinit.config.diagnostic import HookFileError, UnreadableError, quoted
from lifeinit.config.discovery import sources
from lifeinit.startup.lean import compile_lean

_HIDDEN = "..."


def compile_files(reports: Iterable[Report], *, quiet: bool) -> bool:
    """Compile each file that has no errors, and remove what was compiled from one that has some. Whether it worked."""
    done = [_compile(report, quiet=quiet) for report in reports]
    try:
        compile_lean()
    except OSError as error:
        why = f"{quoted(error.filename)}: {error.strerror}"
        click.echo(f"lifeinit: cannot compile lifeinit's own code, so PID 1 will need 170 kB more: {why}", err=True)
    return all(done)


def _compile(report: Report, *, quiet: bool) -> bool:
    path = report.path
    try:
        if report.is_wrong:
            compiled.remove(path)
            return True
        checked = _checked(report)
        compiled.store(checked, drafting.draft_to_keep(composing.parse(checked)))
    except (OSError, UnreadableError, HookFileError, compiled.UnusableError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        click.echo(f"lifeinit: cannot compile the hook file {quoted(path)}: {reason}", err=True)
        return False
    if not quiet:
        click.echo(f"lifeinit: compiled {quoted(path)} to {quoted(compiled.beside(path))}", err=True)
    return True


def _checked(report: Report) -> Sources:
    """What a start would read, if it was checked. Raises UnreadableError, and UnusableError where it was not."""
    checked = report.sources
    if checked is None or is_drop_in(report.path):
        raise compiled.UnusableError("it is a drop-in: name the hook file that it belongs to")
    if not is_folder(report.path) and not os.path.isfile(report.path):
        raise compiled.UnusableError("it is not a regular file")
    found = sources(report.path)
    if found.raw != checked.raw or not {*found.drop_ins} <= {*checked.drop_ins}:
        raise compiled.UnusableError("it has changed meanwhile")
    return found


def show_compiled(path: str) -> bool:
    """Print what a start would take from the compiled file, or say why it would not. Whether it would."""
    try:
        draft = compiled.load(sources(path))
    except (UnreadableError, compiled.UnusableError) as error:
        click.echo(f"lifeinit: {quoted(compiled.beside(path))} is ignored: {error}", err=True)
        return False
    if draft is None:
        click.echo(f"lifeinit: {quoted(compiled.beside(path))} does not exist", err=True)
        return False
    click.echo(json.dumps(_shown(draft), indent=2))
    return True


def _shown(value: object) -> object:
    """As JSON can hold it; what may be a secret is left out."""
    if isinstance(value, dict):
        masked = {"environment": [(name, _HIDDEN) for name, *_ in value.get("environment", ())]}
        return {name: _shown(masked.get(name, item)) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_shown(item) for item in value]
    text = os.fsdecode(value) if isinstance(value, bytes) else value
    return hidden(text) if isinstance(text, str) else text
