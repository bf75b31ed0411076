"""Which system call fails with what, and what lifeinit does then: the table of docs/explanation/faults.md."""

from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "explanation" / "faults.md"


@dataclass(frozen=True)
class Row:
    """`statuses`: what it exits with where the app's own status would be 5."""

    call: str
    errors: tuple[str, ...]
    does: str
    statuses: tuple[int, ...] = (5,)


# Calls of PID 1 itself.
OWN = (
    Row("clone", ("EAGAIN", "ENOMEM"), "a sentence, `fork failed`; a hook or the app that cannot run has failed with 126", (5, 126)),
    Row("pipe2", ("EMFILE", "ENFILE"), "a sentence, `no pipe`; a hook or the app that cannot run has failed with 126", (5, 126)),
    Row("wait4", ("EINTR",), "the wait is repeated"),
    Row("waitid", ("EINTR",), "the wait is repeated"),
    Row("setpgid", ("EACCES", "ESRCH"), "nothing: the child does it too"),
    Row("openat", ("EMFILE", "ENFILE", "EACCES", "ENOMEM"), "it goes on without that file: no name in `ps`, no `LIFEINIT_ENV`; 70 where it is a part of lifeinit, 126 where the notify socket of the app needs it, 78 where it is what a hook has exported: the app is not started", (5, 70, 78, 126)),
    Row("write", ("EIO", "ENOSPC", "EAGAIN"), "the line is lost; there is no state until the next one can be written"),
    Row("chdir", ("ENOENT", "EACCES"), "it stays in its directory"),
    Row("socket", ("EMFILE", "ENFILE", "ENOMEM"), "a sentence; the app whose `ready` is \"notify\" cannot run", (126,)),
    Row("bind", ("EADDRINUSE", "ENOMEM"), "a sentence; the app whose `ready` is \"notify\" cannot run", (126,)),
    Row("unlink", ("EACCES", "EROFS"), "the file stays"),
    Row("unlinkat", ("EIO", "EROFS"), "the file stays"),
    Row("mkdir", ("EACCES", "EROFS", "ENOSPC"), "the next place for `LIFEINIT_ENV` is tried"),
    Row("getdents64", ("EIO",), "inherited descriptors are closed by their numbers; 126 where the notify socket of the app needs a module", (5, 126)),
)  # fmt: skip

# Calls of the child between the fork and the exec, and the exec itself. Their order of failure is the same for a hook.
CHILD = (
    Row("setresuid", ("EAGAIN", "EPERM"), "a sentence, `cannot become uid`: the app does not run as somebody else", (126,)),
    Row("setresgid", ("EPERM",), "a sentence, `cannot become uid`: the app does not run as somebody else", (126,)),
    Row("setgroups", ("EPERM", "ENOMEM"), "a sentence, `cannot become uid`: the app does not run as somebody else", (126,)),
    Row("chdir", ("ENOENT", "EACCES"), "a sentence, `cannot enter`: the app does not run elsewhere", (126,)),
)  # fmt: skip


def rendered(rows: tuple[Row, ...]) -> str:
    """The rows as the document has them."""
    lines = ["| call | fails with | what lifeinit does | exit status |", "|---|---|---|---|"]
    for row in rows:
        statuses = " or ".join("the app's" if status == 5 else str(status) for status in row.statuses)
        lines.append(f"| `{row.call}` | {', '.join(row.errors)} | {row.does} | {statuses} |")
    return "\n".join(lines)
