"""`lifeinit init`: looks at this directory and writes its first hook file."""

import contextlib
import os
from typing import Final

import click

from lifeinit.config import trust
from lifeinit.config.diagnostic import quoted
from lifeinit.engine import exit_status, log
from lifeinit.engine.printable import escaped
from lifeinit.project import dockerfile, hook_file
from lifeinit.project.findings import Findings, Untranslated
from lifeinit.project.folder import Folder
from lifeinit.project.look import look
from lifeinit.startup.inherited import NAMES

WRITTEN, EXISTS, UNWRITABLE = 0, 1, exit_status.USAGE
_NAME: Final = NAMES[0]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--print", "prints", is_flag=True, allow_from_autoenv=False, help="Print the hook file instead of writing it."
)
def init(prints: bool) -> int:
    """Write hooks.toml for the app in this directory.

    Recognizes Django, Flask, FastAPI, Celery and Node, the services of a Compose
    file, and the steps of a common entrypoint.sh. Prints the lines for the
    Dockerfile. Never overwrites a file.

    Exits with 0 if the file was written, 1 if it exists already, and 2 if it
    cannot be written or the command line is invalid.
    """
    folder = Folder()
    existing = None if prints else next(filter(os.path.lexists, NAMES), None)
    found = None if existing else look(folder)
    if found is None:
        return _exists(str(existing))
    for note in folder.notes:
        log.say(note)
    text = hook_file.text(found)
    if prints:
        click.echo(text, nl=False)
        return WRITTEN
    try:
        _create(text.encode())
    except FileExistsError:
        return _exists(_NAME)
    except OSError as error:
        log.say(f"cannot write {quoted(_NAME)}: {error.strerror}")
        return UNWRITABLE
    click.echo(_summary(found), nl=False)
    return WRITTEN


def _exists(name: str) -> int:
    log.say(f'{quoted(name)} exists; nothing was written. "lifeinit init --print" shows what it would write')
    return EXISTS


def _create(raw: bytes) -> None:
    """The whole file or none. O_EXCL follows no symbolic link and overwrites nothing, whoever is faster. open(2)"""
    fd = os.open(_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with open(fd, "wb") as file:
            file.write(raw)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(_NAME)
        raise


def _summary(found: Findings) -> str:
    seen = f"Found {hook_file.listed(found.kinds)}." if found.kinds else "Found no known app: the hooks are comments."
    lines = "".join(f"    {escaped(line)}\n" for line in dockerfile.lines(found.app))
    note = ""
    if kept := [step for step in found.steps if isinstance(step, Untranslated)]:
        note = f"\nParts of {kept[0].script} are not hooks yet: see the comments in {_NAME}.\n"
    if reason := trust.distrust(_NAME):
        note += f"\nHere lifeinit reads it only with --config {_NAME}: {reason}.\n"
    return f"""\
Wrote {_NAME}. {seen}
{note}
Check it:

    lifeinit check {_NAME}

For the Dockerfile, after the COPY of the app and {_NAME}:

{lines}"""
