"""Directories and targets: working_dir that can be entered, and places that something can be waited for at."""

import os
from collections.abc import Iterator

from lifeinit.check.host.access import SEARCH, Dead, Files, Found
from lifeinit.check.host.tasks import Survey, Wait
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted
from lifeinit.config.spans import Path
from lifeinit.probes.targets import File, Unix, hidden
from lifeinit.probes.targets import parse as parse_target


def directories(survey: Survey, files: Files) -> Iterator[Finding]:
    for at, written, who in survey.directories():
        found = files.find(written, survey.base, who)
        if isinstance(found, Dead) and found.why == "closed":
            sentence = f"working_dir is {quoted(written)}, and its user may not pass {quoted(found.where)}"
            yield Finding("E315", at, sentence, f"chmod a+x {found.where}, or run it as another user")
        elif isinstance(found, Dead) or not found.is_directory:
            yield Finding("E314", at, *_no_directory(written, found))
        elif not files.may(SEARCH, found.path, who):
            sentence = f"working_dir is {quoted(written)}, which its user may not enter"
            yield Finding("E315", at, sentence, f"chmod a+x {found.path}, or chown it to the user")


def _no_directory(written: str, found: Found | Dead) -> tuple[str, str]:
    if isinstance(found, Found):
        return f"working_dir is {quoted(written)}, which is no directory", "name the directory that it lies in, say"
    if "$" in written or written.startswith("~"):
        return (
            f"working_dir is {quoted(written)}, and in working_dir nothing is expanded",
            "write the directory itself, or a string for the shell that begins with cd",
        )
    if found.why == "loop":
        return f"working_dir is {quoted(written)}, a link that leads back to itself", "make the link anew"
    end = (
        "" if os.path.basename(found.where) == os.path.basename(written.rstrip("/")) else f": no {quoted(found.where)}"
    )
    way_out = f"create it in the image: RUN mkdir -p {written}, or WORKDIR, or a volume"
    return f"working_dir is {quoted(written)}, which does not exist{end}", way_out


def targets(survey: Survey, files: Files) -> Iterator[Finding]:
    for wait in survey.waits:
        yield from _target(wait, files)
    file = survey.hook_file.ready_file
    if file is not None:
        yield from _parent(("ready_file",), f"ready_file is {quoted(file)}", os.path.dirname(file), files)


def _target(wait: Wait, files: Files) -> Iterator[Finding]:
    text = wait.setting.target(wait.text)
    key = "ready" if wait.is_ready else "wait_for"
    shown = quoted(hidden(wait.text))
    if text is None:
        return  # a variable is not set, which is another's finding
    try:
        target = parse_target(text)
    except ValueError as error:
        if text != wait.text:  # else the reader has said it
            reason, _, way_out = str(error).partition(": ")
            sentence = f"{key} is {shown}, and here its value is a target {reason}"
            yield Finding("W315", wait.at, sentence, way_out or "correct the variable, or write the target itself")
        return
    for place in target.places if wait.is_ready else ():  # what is waited for often comes with a volume
        if isinstance(place, File | Unix) and place.path.startswith(b"/"):
            directory = os.path.dirname(os.fsdecode(place.path))
            yield from _parent(wait.at, f"{key} is {shown}", directory, files)


def _parent(at: Path, what: str, directory: str, files: Files) -> Iterator[Finding]:
    found = files.find(directory, "/", None)
    if isinstance(found, Dead) or not found.is_directory:
        sentence = f"{what}, and there is no directory {quoted(directory)} for it"
        way_out = f"create it in the image, RUN mkdir -p {directory}, unless a volume or the app does"
        yield Finding("W314", at, sentence, way_out)
