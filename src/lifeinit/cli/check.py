"""`lifeinit check`: validates hook files, prints every diagnostic, and returns the exit status."""

import dataclasses
import io
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from lifeinit.check import manifest, timeline
from lifeinit.check.host import inspect
from lifeinit.check.output import formats, snippet
from lifeinit.check.output.colours import Paint, are_wanted
from lifeinit.check.output.report import Report
from lifeinit.check.rules import registry
from lifeinit.cli import compiling
from lifeinit.cli.check_for import Target, TargetType
from lifeinit.cli.parameters import Parsed
from lifeinit.config import discovery, parser
from lifeinit.config.contents import LARGEST, contents
from lifeinit.config.diagnostic import UnreadableError
from lifeinit.config.model import HookFile
from lifeinit.engine.plan import PHASES
from lifeinit.startup.inherited import PLACES
from lifeinit.values import duration

VALID, INVALID, UNREADABLE = 0, 1, 2
STDIN: Final = "-"
FORMATS: Final = {"json": formats.as_json, "github": formats.as_github, "sarif": formats.as_sarif}
_COLUMNS: Final = 120  # where there is no terminal and no COLUMNS


def _grace(text: str) -> float:
    seconds = duration.parse_variable(text)
    if seconds == 0:
        raise ValueError('which leaves no time at all: write at least "1s"')
    return seconds


GRACE = Parsed("DURATION", _grace)


@dataclass(frozen=True)
class Against:
    """What the files are checked against: the app's command, the grace period in seconds, what the files are for, this
    machine.
    """

    command: tuple[str, ...]
    grace: float | None
    target: Target | None
    this_machine: bool

    @property
    def runtime(self) -> str | timeline.Grace | None:
        return None if self.target is None else self.target.runtime

    @property
    def container(self) -> manifest.Container | None:
        return None if self.target is None else self.target.container

    def with_environment(self, hook_file: HookFile) -> HookFile:
        """With the limit of the stop that a manifest sets."""
        return hook_file if self.container is None else manifest.with_environment(hook_file, self.container)


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
    help="Output format.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what makes it fail, and no verdict.")
@click.option("--plan/--no-plan", default=True, help="Show the plan with its limits (the default).")
@click.option("--grace", type=GRACE, metavar="DURATION", help="The runtime's grace period.")
@click.option(
    *("--for", "target"),
    type=TargetType(),
    metavar=TargetType.name,
    envvar="LIFEINIT_CHECK_FOR",
    help="Check against this runtime's grace period, or against a manifest: Compose, Kubernetes, docker inspect, ECS.",
)
@click.option("--svg", metavar="PATH", help="Write the plan as an SVG picture.")
@click.option("--no-preflight", is_flag=True, help="Check only the file, not this machine.")
@click.option(
    *("--compile", "compiles"),
    is_flag=True,
    allow_from_autoenv=False,
    help="Compile each file without errors, for faster starts.",
)
@click.option(
    "--show-compiled", is_flag=True, allow_from_autoenv=False, help="Show what is compiled of the file, as JSON."
)
@click.option("--explain", metavar="CODE", help='Explain a rule, for example E102, or "all".', allow_from_autoenv=False)
@click.argument("files", nargs=-1, metavar="[FILE]... [-- COMMAND [ARG]...]")
@click.pass_obj
def check(  # noqa: PLR0913, PLR0917
    command: tuple[str, ...],
    form: str,
    strict: bool,
    quiet: bool,
    plan: bool,
    grace: float | None,
    target: Target | None,
    svg: str | None,
    no_preflight: bool,
    compiles: bool,
    show_compiled: bool,
    explain: str | None,
    files: tuple[str, ...],
) -> int:
    """Validate each hook file FILE, by default the one that lifeinit would find.
    - is standard input.

    Exits with 0 if nothing is wrong, 1 if there are errors, and 2 if the
    command line is wrong or a file cannot be read.
    """
    if explain is not None:
        return _explain(explain)
    paths = files or _discovered()
    if not paths:
        click.echo(f"lifeinit: no hook file to check: name one, or write {' or '.join(PLACES)}", err=True)
        return UNREADABLE
    if svg is not None and len(paths) > 1:
        raise click.UsageError("--svg draws one file: name one")
    if (compiles or show_compiled) and STDIN in paths:
        raise click.UsageError("what is compiled stands beside the hook file: name one")
    if show_compiled:
        return INVALID if [path for path in paths if not compiling.show_compiled(path)] else VALID
    if target is not None and target.path == STDIN in paths:
        raise click.UsageError("both the manifest and the hook file are standard input: name a file for one of them")
    against = Against(command, grace, target, this_machine=not no_preflight)
    reports, all_were_read = _reports(paths, against)
    if plan and not quiet:
        reports = [_with_plan(report, command) for report in reports]
    shown = [_without_warnings(report) for report in reports] if quiet and not strict else reports
    _print(shown, form, quiet=quiet)
    if (compiles and not compiling.compile_files(reports, quiet=quiet)) or not all_were_read:
        return UNREADABLE
    (hook_file,) = (report.hook_file for report in reports) if len(reports) == 1 else (None,)
    if hook_file is not None and not any(report.errors for report in reports):
        hook_file = against.with_environment(_with_command(hook_file, command))
        if plan and form == "text" and not quiet:
            _print_plan(hook_file, against)
        if svg is not None:
            Path(svg).write_text(timeline.svg(hook_file, grace, against.runtime), encoding="utf-8")
    counts = ((report.errors, report.warnings) for report in reports)
    return INVALID if any(errors or (strict and warnings) for errors, warnings in counts) else VALID


def _with_command(hook_file: HookFile, command: tuple[str, ...]) -> HookFile:
    """The command is the first of several processes, as in a run."""
    if not command or not hook_file.processes:
        return hook_file
    return hook_file.with_processes({"app": hook_file.app.replaced(command=command)})


def _with_plan(report: Report, command: tuple[str, ...]) -> Report:
    if report.hook_file is None or report.errors:
        return report
    return dataclasses.replace(report, plan=timeline.data(_with_command(report.hook_file, command)))


def _discovered() -> tuple[str, ...]:
    discovered = discovery.discover(None)
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
        fix = f"did you mean {' or '.join(near)}?" if near else 'write "all" for all of them'
        raise click.UsageError(f'unknown rule "{code}": {fix}')
    click.echo(registry.page(rule), nl=False)
    return VALID


def _print_plan(hook_file: HookFile, against: Against) -> None:
    columns = min(shutil.get_terminal_size((80, 24)).columns, _COLUMNS)
    unicode = "utf" in (getattr(sys.stdout, "encoding", None) or "").lower()
    for screen in (timeline.table, timeline.drawing):
        click.echo()
        click.echo(screen(hook_file, against.grace, columns, unicode, against.runtime))


def _reports(paths: Sequence[str], against: Against) -> tuple[list[Report], bool]:
    """A report on each file that can be read, and whether all can; stderr has a sentence about the others."""
    reports = []
    for path in paths:
        try:
            reports.append(_report(path, against))
        except UnreadableError as error:
            click.echo(f"lifeinit: {error}", err=True)
    return reports, len(reports) == len(paths)


def _report(path: str, against: Against) -> Report:
    raw = _standard_input() if path == STDIN else contents(path)
    examined = parser.examine(raw)
    problems = list(examined.problems)
    if examined.hook_file is not None:
        hook_file, container = against.with_environment(examined.hook_file), against.container
        found = timeline.diagnostics(hook_file, against.grace, against.runtime)
        if container is not None:
            found += manifest.diagnostics(hook_file, container)
        if against.this_machine:
            user = container.user if container is not None else None
            found += inspect(examined.hook_file, against.command, None if path == STDIN else path, user)
        problems = sorted(problems + found)
    summary = "" if examined.hook_file is None else _summary(examined.hook_file)
    return Report("<stdin>" if path == STDIN else path, examined.text, problems, summary, examined.hook_file)


def _standard_input() -> bytes:
    try:
        return sys.stdin.buffer.read(LARGEST + 1)
    except AttributeError:
        raise UnreadableError("cannot read the hook file from stdin: it is closed") from None


def _summary(hook_file: HookFile) -> str:
    counts = [f"{len(hook_file.hooks[phase])} {phase}" for phase in PHASES if hook_file.hooks[phase]]
    number = len(hook_file.processes)
    processes = [f"{number} process{'es' if number > 1 else ''}"] if number else []
    return ", ".join([*processes, *(counts or ["no hooks"])])


def _without_warnings(report: Report) -> Report:
    errors = [problem for problem in report.problems if problem.severity == "error"]
    return dataclasses.replace(report, problems=errors)


def _print(reports: Sequence[Report], form: str, *, quiet: bool) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a source line may hold what the locale cannot write
    text = _text(reports, quiet=quiet) if form == "text" else FORMATS[form](reports)
    click.echo(text, nl=False, color=True)  # escape sequences stay: whether there are any is decided above


def _text(reports: Sequence[Report], *, quiet: bool) -> str:
    columns = shutil.get_terminal_size((_COLUMNS, 24)).columns
    paint = Paint(wanted=are_wanted(os.environ, is_terminal=sys.stdout.isatty()))
    shown = "".join(snippet.problems(report, columns, paint) for report in reports)
    if quiet:
        return shown
    codes = [problem.code for report in reports for problem in report.problems]
    hint = f"`lifeinit check --explain {codes[0]}` explains the rule\n" if codes else ""
    return shown + "".join(snippet.verdict(report, paint) for report in reports) + hint
