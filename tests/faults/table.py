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
    Row("clone", ("EAGAIN", "ENOMEM"), "logs `fork failed`; a hook or app that cannot be started fails with 126", (5, 126)),
    Row("pipe2", ("EMFILE", "ENFILE"), "logs `no pipe`; a hook or app that cannot be started fails with 126", (5, 126)),
    Row("wait4", ("EINTR",), "repeats the wait"),
    Row("waitid", ("EINTR",), "repeats the wait"),
    Row("setpgid", ("EACCES", "ESRCH"), "nothing: the child makes the same call"),
    Row("openat", ("EMFILE", "ENFILE", "EACCES", "ENOMEM"), "continues without the file: no name in `ps`, no `LIFEINIT_ENV`. It does not start the app if the file is a part of lifeinit (70), is needed for the notify socket (126), or holds what a hook exported (78)", (5, 70, 78, 126)),
    Row("write", ("EIO", "ENOSPC", "EAGAIN"), "loses the log line; `lifeinit status` has no state until the next one can be written"),
    Row("chdir", ("ENOENT", "EACCES"), "stays in its directory"),
    Row("socket", ("EMFILE", "ENFILE", "ENOMEM"), "logs it; an app with `ready = \"notify\"` is not started", (126,)),
    Row("bind", ("EADDRINUSE", "ENOMEM"), "logs it; an app with `ready = \"notify\"` is not started", (126,)),
    Row("unlink", ("EACCES", "EROFS"), "leaves the file"),
    Row("unlinkat", ("EIO", "EROFS"), "leaves the file"),
    Row("mkdir", ("EACCES", "EROFS", "ENOSPC"), "tries the next place for `LIFEINIT_ENV`"),
    Row("getdents64", ("EIO",), "closes inherited descriptors by number; 126 if the notify socket needs a module", (5, 126)),
)  # fmt: skip

# Calls of the child between the fork and the exec, and the exec itself. Their order of failure is the same for a hook.
CHILD = (
    Row("setresuid", ("EAGAIN", "EPERM"), "logs `cannot become uid`; the app is not started as another user", (126,)),
    Row("setresgid", ("EPERM",), "logs `cannot become uid`; the app is not started as another user", (126,)),
    Row("setgroups", ("EPERM", "ENOMEM"), "logs `cannot become uid`; the app is not started as another user", (126,)),
    Row("chdir", ("ENOENT", "EACCES"), "logs `cannot enter`; the app is not started in another directory", (126,)),
)  # fmt: skip


def rendered(rows: tuple[Row, ...]) -> str:
    """The rows as the document has them."""
    lines = ["| call | fails with | what lifeinit does | exit status |", "|---|---|---|---|"]
    for row in rows:
        statuses = " or ".join("the app's" if status == 5 else str(status) for status in row.statuses)
        lines.append(f"| `{row.call}` | {', '.join(row.errors)} | {row.does} | {statuses} |")
    return "\n".join(lines)
