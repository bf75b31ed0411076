"""From a command, the draft of a hook file and the options to a plan; the options take precedence.

What is imported here is paid for at each start with a hook file, also at one whose draft was made beforehand.
"""

import os

from lifeinit.engine.plan import PHASES, Alive, Hook, Identity, Plan, Process, Program, Ready, Restart
from lifeinit.engine.printable import escaped
from lifeinit.engine.record import Record
from lifeinit.engine.signals import STOP_SIGNALS
from lifeinit.probes.command_lines import PROBER, prober

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lifeinit.config.diagnostic import Diagnostic
    from lifeinit.config.draft import AliveDraft, Draft, HookDraft, Mark, Pieces, ProcessDraft, ProgramDraft, ReadyDraft
    from lifeinit.config.model import CodedHook, HookFile
    from lifeinit.config.users import Account
    from lifeinit.engine.plan import HookPhase, Inherited, Value

_NONE: "Mapping[Any, Any]" = {}


class Options(Record):
    """What the command line and the environment say, or Python code; None and empty leave it to the hook file.

    `hooks` are lines for the shell, `callbacks` hooks that are ready made, or written in the code. `functions` are the
    numbers of the calls that the processes of these names make instead of running a command.
    """

    hooks: "Mapping[str, Sequence[str]]" = _NONE
    callbacks: "Mapping[str, Sequence[Hook | CodedHook]]" = _NONE
    functions: "Mapping[str, int]" = _NONE
    stop_timeout: float | None = None
    group: bool | None = None
    rewrite: "Mapping[int, int | None]" = _NONE
    success_exit_codes: frozenset[int] = frozenset()
    user: "Account | None" = None
    parent_death_signal: int | None = None
    parent: int = 0
    verbose: int = 0
    quiet: bool = False
    json: bool = False
    tell_orphans: bool = False


_NOTHING: "ProgramDraft" = {
    "argv": (), "is_prober": False, "user": None, "environment": (), "secrets": (), "program": {}, "identity": {}
}  # fmt: skip
# Of no hook file at all: the records' own defaults count.
NO_FILE: "Draft" = {
    "plan": {"stop_on": STOP_SIGNALS},
    "app": {
        "name": "app",
        "program": _NOTHING,
        "ready": None,
        "alive": None,
        "process": {},
        "restart": {},
        "after": (),
    },
    "user": None,
    "processes": (),
    "first": None,
    "hooks": dict.fromkeys(PHASES, ()),
    "usual": {},
    "drop_ins": (),
}


def make_plan(
    command: "Sequence[str]",
    inherited: "Inherited",
    hook_file: "HookFile | None",
    options: Options,
    file_name: str = "hooks.toml",
) -> Plan:
    """The plan for the engine. Raises HookFileError for what this machine cannot do."""
    if hook_file is None:
        return fill_draft(NO_FILE, command, inherited, options, file_name)
    from lifeinit.config.drafting import draft_of  # noqa: PLC0415  # what a draft that was kept needs not

    return fill_draft(draft_of(hook_file), command, inherited, options, file_name)


def fill_draft(
    draft: "Draft", command: "Sequence[str]", inherited: "Inherited", options: Options, file_name: str
) -> Plan:
    """The same from a draft; NO_FILE where there is no hook file."""
    planner = _Planner(draft, options, file_name)
    plain = draft is NO_FILE and not any(options.hooks.values())
    plan = planner.plan(command, inherited, plain=plain)
    if planner.problems:
        from lifeinit.config.diagnostic import HookFileError  # noqa: PLC0415
        from lifeinit.config.line_map import LineMap  # noqa: PLC0415

        raise HookFileError(list(map(LineMap(file_name, draft["drop_ins"]).localized, planner.problems)))
    return plan


class _Planner:
    """Fills in what only a start knows."""

    def __init__(self, draft: "Draft", options: Options, file_name: str) -> None:
        self.draft = draft
        self.options = options
        self.file_name = file_name
        self.problems: list[Diagnostic] = []
        # How what waits beside the engine is to speak: as the engine does.
        self.voice = ((b"--json",) if options.json else ()) + ((b"--quiet",) if options.quiet else ())
        # What a pre_start hook exports is known only when it runs.
        sources = (draft["hooks"], options.hooks, options.callbacks)
        self.may_be_exported = any(source.get("pre_start") for source in sources)

    def plan(self, command: "Sequence[str]", inherited: "Inherited", *, plain: bool) -> Plan:
        options, processes = self.options, self.processes(command)
        self.app = processes[0].program if processes else Program((), Identity())
        fields: dict[str, Any] = {**self.draft["plan"], **{phase: self.hooks(phase) for phase in PHASES}}
        if options.stop_timeout is not None:
            fields["stop_timeout"] = options.stop_timeout
        rewrite: dict[int, int | None] = dict(fields.get("rewrite", ()))
        fields["rewrite"] = tuple({**rewrite, **options.rewrite}.items())
        return Plan.filled(
            {
                "processes": processes,
                "inherited": inherited,
                "plain": plain,
                "verbose": options.verbose,
                "quiet": options.quiet,
                "log_format": "json" if options.json else "text",
                "tell_orphans": options.tell_orphans,
                "parent_death_signal": options.parent_death_signal,
                "parent": options.parent,
                **fields,
            }
        )

    # The app.

    def processes(self, command: "Sequence[str]") -> tuple[Process, ...]:
        """The command after `--` is the first of them, and `ready` and `alive` at the top are about the first."""
        app, first, others = self.draft["app"], self.draft["first"], self.draft["processes"]
        drafts = others if first is None else (first, *others[1:])
        if command:
            argv = tuple(map(os.fsencode, command))
            drafts = ({**app, "program": {**app["program"], "argv": argv}}, *others)
        account = self.app_account() if drafts else None
        if any(draft["after"] for draft in drafts):
            from lifeinit.config.start_order import in_order  # noqa: PLC0415  # few files have an order

            drafts = in_order(drafts, self.wrong)
        places = {draft["name"]: i for i, draft in enumerate(drafts)}
        return tuple(
            self.process(draft, account).replaced(after=tuple(places.get(other, 0) for other, _ in draft["after"]))
            if draft["after"]
            else self.process(draft, account)
            for draft in drafts
        )

    def app_account(self) -> "Account | None":
        return self.options.user or self.account(self.draft["user"])

    def process(self, draft: "ProcessDraft", apps: "Account | None") -> Process:
        options, fields, name = self.options, draft["process"], draft["name"]
        program = self.program(draft["program"], self.account(draft["program"]["user"]) or apps, session=False)
        success = {*fields.get("success", ()), *options.success_exit_codes}
        group = {} if options.group is None else {"group": options.group}
        ready, alive = draft["ready"], draft["alive"]
        own = {
            "name": name,
            "program": program.replaced(call=options.functions.get(name)),
            "success": tuple(sorted(success)),
            "ready": None if ready is None else self.ready(ready, program),
            "alive": None if alive is None else self.alive(alive, program),
            "restart": Restart.filled(draft["restart"]),
        }
        return Process.filled({**fields, **group, **own})

    def ready(self, draft: "ReadyDraft", of: Program) -> Ready:
        file = None if draft["file"] is None else tuple(map(os.fsencode, draft["file"]))
        return Ready.filled({**draft["ready"], "program": self.prober(draft["prober"], of), "file": file})

    def alive(self, draft: "AliveDraft", of: Program) -> Alive:
        """Its prober, and where a failure is only a warning the one that tells when the process answers again."""
        words = draft["prober"]
        recovery = self.prober(words, of, b"--recovery") if draft["recovers"] else None
        return Alive.filled({**draft["alive"], "program": self.prober(words, of), "recovery": recovery})

    def prober(self, words: "tuple[bytes, ...] | None", of: Program, *flags: bytes) -> Program | None:
        """A probe has the identity and the directory of the process that it asks about, and a session of its own."""
        if words is None:
            return None
        argv, identity = prober(words, *flags, *self.voice), of.identity.replaced(session=True)
        if identity.secrets and b"--command" not in words:
            from lifeinit.config.secret_files import without_others  # noqa: PLC0415  # few files have secrets

            identity = without_others(identity, words)
        return Program(argv, identity, of.directory, module=PROBER)

    # Hooks.

    def hooks(self, phase: "HookPhase") -> tuple[Hook, ...]:
        """Those of the file, then those of the command line, then the callbacks."""
        drafts = self.draft["hooks"][phase]
        of_file = tuple(self.hook(draft, f"{self.path_of(draft['file'])}:{draft['line']}") for draft in drafts)
        lines, callbacks = self.options.hooks.get(phase, ()), self.options.callbacks.get(phase, ())
        if not lines and not callbacks:
            return of_file
        from lifeinit.config import other_hooks  # noqa: PLC0415  # few starts have them

        numbered = enumerate(lines, len(of_file))
        of_options = other_hooks.of_options(self.hook, self.draft["usual"], phase, numbered)
        return (*of_file, *of_options, *(other_hooks.coded(self.hook, callback) for callback in callbacks))

    def path_of(self, drop_in: str) -> str:
        if not drop_in:
            return self.file_name
        from lifeinit.config.contents import folder_of  # noqa: PLC0415  # few hook files have drop-ins

        return escaped(os.path.join(folder_of(self.file_name), drop_in))

    def hook(self, draft: "HookDraft", place: str) -> Hook:
        program, unless = self.prober(draft["drain"], self.app), None  # a drain asks about the app
        if draft["program"] is not None:
            program = self.program(draft["program"], self.account(draft["program"]["user"]), session=True)
            unless = None if draft["unless"] is None else program.replaced(argv=draft["unless"])
        own = {"program": program, "place": place, "unless": unless, "file": escaped(draft["file"])}
        return Hook.filled({**draft["hook"], **own})

    # Both.

    def program(self, draft: "ProgramDraft", account: "Account | None", *, session: bool) -> Program:
        identity = Identity.filled(
            {
                **draft["identity"],
                "user": account.user if account else None,
                "environment": self.variables(draft, account),
                "secrets": self.secrets(draft),
                "session": session,
            }
        )
        if draft["is_prober"]:
            return Program.filled(
                {**draft["program"], "argv": prober(draft["argv"], *self.voice), "identity": identity, "module": PROBER}
            )
        return Program.filled({**draft["program"], "argv": draft["argv"], "identity": identity})

    def account(self, user: "tuple[str, Mark] | None") -> "Account | None":
        if user is None:
            return None
        from lifeinit.config.users import account_at  # noqa: PLC0415  # few files name one

        return account_at(*user, self.wrong)

    def variables(self, draft: "ProgramDraft", account: "Account | None") -> "tuple[tuple[bytes, Value], ...]":
        own = account.variables if account else {}
        values: dict[str, Value] = {name: (os.fsencode(text),) for name, text in own.items()}
        secrets = [name for name, _, _ in draft["secrets"]]
        for name, pieces, at in draft["environment"]:
            values[name] = self.value(name, pieces, at, own, secrets)
        return tuple((os.fsencode(name), value) for name, value in values.items())

    def secrets(self, draft: "ProgramDraft") -> tuple[tuple[bytes, bytes], ...]:
        """The variables with the files that hold their values. What no hook can make yet has to be there."""
        if draft["secrets"] and not self.may_be_exported:
            from lifeinit.config.secret_files import check  # noqa: PLC0415  # few files name one

            check(draft["secrets"], self.wrong)
        return tuple((os.fsencode(name), os.fsencode(file)) for name, file, _ in draft["secrets"])

    def value(  # one for each source
        self, of: str, pieces: "Pieces", at: "Mark", own: "Mapping[str, str]", secrets: "Sequence[str]"
    ) -> "Value":
        """Text and variables by turns; those that only the account knows are filled in here."""
        first, *rest = pieces
        found = [first]
        for name, following in zip(rest[::2], rest[1::2], strict=True):
            if name in own:
                found[-1] += own[name] + following
                continue
            if name not in os.environ and name not in secrets and not self.may_be_exported:
                fix = 'set it, or write "$$" for a dollar sign'
                self.wrong(at, f'{of} contains "${name}", which is not set: {fix}')  # the rest may be a secret
            found += [name, following]
        return tuple(map(os.fsencode, found))

    def wrong(self, at: "Mark", sentence: str) -> None:
        """A problem once, also where several processes have it from [app]."""
        from lifeinit.config.diagnostic import Diagnostic, Place, Span  # noqa: PLC0415  # only a mistake pays for it

        start, end = at
        problem = Diagnostic("", Span(Place(*start), Place(*end)), sentence)
        if problem not in self.problems:
            self.problems.append(problem)
