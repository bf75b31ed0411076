"""A draft: a hook file as far as it is the same at every start. Plain dicts, tuples and texts, so that it can be kept.

What a start decides is left open: users and variables by their names, the app's command, and how probers are to speak.
Only the type checker reads this file.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict

    from lifeinit.engine.plan import HookPhase

    Fields = dict[str, Any]  # of a record of the plan
    Mark = tuple[tuple[int, int], tuple[int, int]]  # where something is written: lines and columns
    Pieces = tuple[str, ...]  # text and names of variables by turns

    class ProgramDraft(TypedDict):
        """A program, or with `is_prober` the words of a prober. A user and a variable know where they are written."""

        argv: tuple[bytes, ...]
        is_prober: bool
        user: tuple[str, Mark] | None
        environment: tuple[tuple[str, Pieces, Mark], ...]
        secrets: tuple[tuple[str, str, Mark], ...]  # names and files
        program: Fields
        identity: Fields

    class ReadyDraft(TypedDict):
        """`prober` are the words of the prober, `file` the path that is waited for."""

        prober: tuple[bytes, ...] | None
        file: Pieces | None
        ready: Fields

    class AliveDraft(TypedDict):
        prober: tuple[bytes, ...] | None
        recovers: bool
        alive: Fields

    class ProcessDraft(TypedDict):
        """A process. The user of its program is its own: where it has none, that of [app] counts."""

        name: str
        program: ProgramDraft
        ready: ReadyDraft | None
        alive: AliveDraft | None
        process: Fields
        restart: Fields
        after: tuple[tuple[str, Mark], ...]

    class HookDraft(TypedDict):
        """A hook: `drain` are the words of its prober, where it has no program of its own.

        `file` is the drop-in that it is from; empty for the hook file itself. `line` is that of this file.
        """

        file: str
        line: int
        program: ProgramDraft | None
        unless: tuple[bytes, ...] | None
        drain: tuple[bytes, ...] | None
        hook: Fields

    class Draft(TypedDict):
        """A hook file. `app` is what a command becomes, `first` the first of `processes` where there is no command.

        `user` is that of [app]. `usual` is a hook of each phase that says nothing but its command; it may be left out.
        `drop_ins` are the names of the drop-ins, each with the number of lines before it: marks count them on.
        """

        plan: Fields
        user: tuple[str, Mark] | None
        app: ProcessDraft
        processes: tuple[ProcessDraft, ...]
        first: ProcessDraft | None
        hooks: dict[HookPhase, tuple[HookDraft, ...]]
        usual: dict[HookPhase, HookDraft]
        drop_ins: tuple[tuple[str, int], ...]
