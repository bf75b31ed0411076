"""`lifeinit check`: validates hook files, prints every diagnostic, and returns the exit status."""

import dataclasses
import io
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from lifeinit.check import timeline
from lifeinit.check.checking import STDIN, Against, Checker, wholes
from lifeinit.check.fixing import UnwritableError
from lifeinit.check.output import formats, snippet
from lifeinit.check.output.colours import Paint, are_wanted
from lifeinit.check.output.report import Report
from lifeinit.check.rules import registry
from lifeinit.check.screen import Screen
from lifeinit.check.silence import Silence
from lifeinit.cli import compiling
from lifeinit.cli.check_for import Target, TargetType
from lifeinit.cli.parameters import Parsed
from lifeinit.config import discovery
from lifeinit.config.diagnostic import UnreadableError
from lifeinit.startup.inherited import NAMES
from lifeinit.values import duration

VALID, INVALID, UNREADABLE = 0, 1, 2
FORMATS: Final = {"json": formats.as_json, "github": formats.as_github, "sarif": formats.as_sarif}
_COLUMNS: Final = 80  # where there is no terminal and no COLUMNS


def _grace(text: str) -> float:
    seconds = duration.parse_variable(text)
    if seconds == 0:
        raise ValueError('which leaves no time at all: write at least "1s"')
    return seconds


GRACE = Parsed("DURATION", _grace)


def _code(text: str) -> tuple[str, ...]:
    """Codes or their beginnings, with commas or spaces between them."""
    prefixes = tuple(text.replace(",", " ").upper().split())
    for prefix in prefixes:
        if not any(code.startswith(prefix) for code in registry.RULES):
            near = registry.near(prefix)
            raise ValueError(f"which is not the code of a rule{f': did you mean {near[0]}?' if near else ''}")
    return prefixes


def _ignored(text: str) -> tuple[str, ...]:
    prefixes = _code(text)
    if any(prefix.startswith("E") for prefix in prefixes):
        raise ValueError("which is an error: only warnings and notes can be ignored")
    return prefixes


CODES, IGNORED = Parsed("CODE", _code), Parsed("CODE", _ignored)


class _BesideCommand(click.Command):
    """The words after `--` are the app's command, and become the context's object."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.obj = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])


@click.command(cls=_BesideCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    *("--format", "form"),
    type=click.Choice(["text", *FORMATS]),
    default="text",
    envvar="LIFEINIT_CHECK_FORMAT",
    help="Print in this format.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what makes the check fail.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes, then check.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--ignore", type=IGNORED, multiple=True, metavar="CODE", help="Hide these warnings. W3 hides all W3xx.")
@click.option("--select", type=CODES, multiple=True, metavar="CODE", help="Print only these warnings.")
@click.option("--plan", is_flag=True, help="Show the plan and its time limits.")
@click.option("--svg", metavar="FILE", help="Write the plan as an SVG picture.")
@click.option("--grace", type=GRACE, metavar="DURATION", help="Check against this grace period.")
@click.option(
    *("--for", "target"),
    type=TargetType(),
    metavar=TargetType.name,
    envvar="LIFEINIT_CHECK_FOR",
    help="Check against a runtime, or a container's manifest.",
)
@click.option("--no-preflight", is_flag=True, help="Check only the file, not this machine.")
@click.option(
    *("--compile", "compiles"),
    is_flag=True,
    allow_from_autoenv=False,
    help="Compile each file without errors, for faster starts.",
)
@click.option("--show-compiled", is_flag=True, allow_from_autoenv=False, help="Show the compiled file as JSON.")
@click.option("--explain", metavar="CODE", help='Explain a rule, for example E102, or "all".', allow_from_autoenv=False)
@click.argument("files", nargs=-1, metavar="[FILE]... [-- COMMAND [ARG]...]")
@click.pass_obj
def check(  # noqa: PLR0913, PLR0917
    command: tuple[str, ...],
    form: str,
    strict: bool,
    quiet: bool,
    fix: bool,
    diff: bool,
    ignore: tuple[tuple[str, ...], ...],
    select: tuple[tuple[str, ...], ...],
    plan: bool,
    svg: str | None,
    grace: float | None,
    target: Target | None,
    no_preflight: bool,
    compiles: bool,
    show_compiled: bool,
    explain: str | None,
    files: tuple[str, ...],
) -> int:
    """Validate each hook file FILE and the drop-ins in hooks.d next to it, by
    default those that lifeinit would find. - is standard input.

    RUNTIME is a platform, such as docker, kubernetes, podman or ecs. A manifest
    is a Compose file, Kubernetes YAML, an ECS task definition or the output of
    docker inspect: --for compose.yaml:web.

    Exits with 0 if there are no errors, 1 if there are, and 2 if the command
    line is invalid or a file cannot be read.
    """
    if explain is not None:
        return _explain(explain)
    paths = wholes(files or _discovered())
    if not paths:
        way = f'name one, or write {NAMES[0]} with "lifeinit init"'
        click.echo(f"lifeinit: no hook file to check: {way}", err=True)
        return UNREADABLE
    if svg is not None and len(paths) > 1:
        raise click.UsageError("--svg draws one file: name one")
    if (compiles or show_compiled) and STDIN in paths:
        raise click.UsageError("standard input cannot be compiled: name a file")
    if show_compiled:
        return INVALID if [path for path in paths if not compiling.show_compiled(path)] else VALID
    if fix and (diff or STDIN in paths):
        raise click.UsageError(f"--fix changes files: leave out {'--diff' if diff else 'the -, or write --diff'}")
    if target is not None and target.path == STDIN in paths:
        raise click.UsageError("both the manifest and the hook file are standard input: name a file for one of them")
    target = None if target is None else target.read()
    runtime, container = (None, None) if target is None else (target.runtime, target.container)
    until_kill = timeline.grace_of(grace, runtime)
    against = Against(command, until_kill, container, this_machine=not no_preflight)
    checker = Checker(against, Silence(sum(ignore, ()), sum(select, ())))
    reports = [report for path in paths if (report := _report(checker, path, fix=fix)) is not None]
    all_files = [one for report in reports for one in report.files]
    if diff:
        _echo("".join(map(checker.diff, reports)))
    else:
        screen = _screen(plan, against)
        shown = [_needed(one, strict=strict) for one in all_files] if quiet else all_files
        _print(shown, form, screen, quiet=quiet)
    if (compiles and not compiling.compile_files(reports, quiet=quiet)) or len(reports) < len(paths):
        return UNREADABLE
    if svg is not None and reports[0].hook_file is not None and not reports[0].is_wrong:
        Path(svg).write_text(timeline.svg(reports[0].hook_file, until_kill), encoding="utf-8")
    return INVALID if any(one.errors or (strict and one.warnings) for one in all_files) else VALID


def _discovered() -> tuple[str, ...]:
    try:
        discovered = discovery.discover(None)
    except UnreadableError as error:
        raise click.UsageError(str(error)) from None
    for sentence in discovered.skipped:
        click.echo(f"lifeinit: {sentence}", err=True)
    return () if discovered.path is None else (discovered.path,)


def _explain(code: str) -> int:
    if code == "all":
        click.echo(registry.markdown(), nl=False)
        return VALID
    rule = registry.RULES.get(code.upper())
    if rule is None:
        near = registry.near(code)
        shown = " or ".join(f"{one} ({registry.RULES[one].name})" for one in near)
        fix = f"did you mean {shown}?" if near else 'write "all" for all of them'
        raise click.UsageError(f'unknown rule "{code}": {fix}')
    click.echo(registry.page(rule), nl=False)
    return VALID


def _report(checker: Checker, path: str, *, fix: bool) -> Report | None:
    """The report on one file; None where it cannot be read or fixed, of which stderr has a sentence."""
    try:
        return checker.fixed(path) if fix else checker.report(path)
    except (UnreadableError, UnwritableError) as error:
        click.echo(f"lifeinit: {error}", err=True)
    return None


def _needed(report: Report, *, strict: bool) -> Report:
    """Only what makes it fail."""
    kinds = {"error", "warning"} if strict else {"error"}
    return dataclasses.replace(report, problems=[one for one in report.problems if one.severity in kinds])


def _screen(plan: bool, against: Against) -> Screen:
    columns = shutil.get_terminal_size((_COLUMNS, 24)).columns
    paint = Paint(wanted=are_wanted(os.environ, is_terminal=sys.stdout.isatty()))
    unicode = "utf" in (getattr(sys.stdout, "encoding", None) or "").lower()
    return Screen(columns, paint, unicode, plan, against.grace)


def _print(reports: Sequence[Report], form: str, screen: Screen, *, quiet: bool) -> None:
    if form != "text":
        _echo(FORMATS[form](reports))
    elif quiet:
        _echo("".join(snippet.problems(report, screen.columns, screen.paint) for report in reports))
    else:
        _echo(screen.text(reports))


def _echo(text: str) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a source line may hold what the locale cannot write
    click.echo(text, nl=False, color=True)  # escape sequences stay: whether there are any is decided above
