"""Working directories that can be entered, targets that are valid here, and probes that can run."""

import os
from collections.abc import Iterator

from lifeinit.check.host.as_user import Kernel
from lifeinit.check.host.file_access import Entry
from lifeinit.check.host.tasks import Tasks, Wait
from lifeinit.config.diagnostic import Diagnostic, quoted
from lifeinit.config.spans import Path
from lifeinit.probes.targets import File, Unix, hidden
from lifeinit.probes.targets import parse as parse_target


def directories(tasks: Tasks, kernel: Kernel) -> Iterator[Diagnostic]:
    """E314 and E315: each working_dir, for the user that has to enter it."""
    for path, written, user in tasks.directories():
        entry = kernel.look(user, os.path.join(tasks.base, written))
        if entry is None or (entry.kind == "directory" and entry.executable):
            continue
        code, reason, fix = _unusable(written, entry, user.uid)
        yield Diagnostic(code, tasks.places.span(path), f"working_dir is {quoted(written)}, {reason}", fix)


def _unusable(written: str, entry: Entry, uid: int) -> tuple[str, str, str]:
    match entry.kind:
        case "directory":
            return "E315", f"which uid {uid} cannot enter", f"chmod a+x {entry.path}, or chown it to the user"
        case "closed":
            fix = f"chmod a+x {entry.path}, or run it as another user"
            return "E315", f"and uid {uid} cannot enter {quoted(entry.path)}", fix
        case "file" | "other" | "not a directory":
            return "E314", "which is not a directory", "write the directory that contains it"
        case "loop":
            return "E314", "a symbolic link to itself", "recreate the link"
    if "$" in written or written.startswith("~"):
        return (
            "E314",
            "but variables and ~ are not expanded in working_dir",
            "write the directory itself, or begin a string with cd",
        )
    missing = os.path.basename(entry.path) != os.path.basename(written.rstrip("/"))
    reason = f"which does not exist{f': {quoted(entry.path)} is missing' if missing else ''}"
    return "E314", reason, f"create it in the image (RUN mkdir -p {written}, or WORKDIR), or mount a volume"


def targets(tasks: Tasks, kernel: Kernel) -> Iterator[Diagnostic]:
    """W314 and W315: the targets with their variables expanded, and ready_file."""
    for wait in tasks.waits:
        yield from _target(wait, tasks, kernel)
    file = tasks.hook_file.ready_file
    if file is not None:
        yield from _directory(("ready_file",), f"ready_file is {quoted(file)}", file, tasks, kernel)


def _target(wait: Wait, tasks: Tasks, kernel: Kernel) -> Iterator[Diagnostic]:
    text = wait.setting.target(wait.text)
    key = wait.key
    shown = quoted(hidden(wait.text))
    if text is None:
        return  # a variable is not set, which is another rule's
    try:
        target = parse_target(text)
    except ValueError as error:
        if text != wait.text:  # otherwise the parser reports it
            reason, _, fix = str(error).partition(": ")
            message = f"{key} is {shown}, which here is a target {reason}"
            fix = fix or "fix the variable, or write the target itself"
            yield Diagnostic("W315", tasks.places.span(wait.path), message, fix)
        return
    for place in target.places if key != "wait_for" else ():  # what is waited for often comes with a volume
        if isinstance(place, File | Unix):
            yield from _directory(wait.path, f"{key} is {shown}", os.fsdecode(place.path), tasks, kernel)


def _directory(at: Path, what: str, path: str, tasks: Tasks, kernel: Kernel) -> Iterator[Diagnostic]:
    directory = os.path.dirname(path)
    if not directory.startswith("/"):
        return
    entry = kernel.look(tasks.accounts.own.user, directory)
    if entry is not None and entry.kind in {"missing", "not a directory", "file", "other"}:
        fix = f"create it in the image (RUN mkdir -p {directory}), unless a volume or the app creates it"
        yield Diagnostic(
            "W314", tasks.places.span(at), f"{what}, but the directory {quoted(directory)} does not exist", fix
        )
