"""What waits beside the engine, as `python -I -S -B prober.py MODE OPTIONS -- TARGET...`: see `command_lines`.

In a child of the engine the same words are given to `main`, after `prepare` had them as lifeinit's own user.
"""

import os
import sys

if __name__ == "__main__":
    # As in the engine's main.py: last on the path, the package can stand in front of no module of the library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from lifeinit.engine import exit_status, log, syscalls
from lifeinit.engine.plan import Inherited
from lifeinit.engine.printable import quote
from lifeinit.probes.attempt import Terms
from lifeinit.probes.exec_program import die
from lifeinit.probes.parse_targets import resolve
from lifeinit.probes.targets import Command, Target
from lifeinit.probes.wait import Pace, Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

_WRONG = 1
_SCRIPT_ENDS = len("python -I -S -B prober.py".split())


def prepare(argv: "Sequence[bytes]") -> None:
    """Import what `main` will need, while it may be read. What a variable in a target holds is not known yet."""
    if any(word.startswith((b"https", b"$")) for word in argv):
        import ssl  # noqa: F401, PLC0415


def main(argv: "Sequence[bytes]", inherited: Inherited | None = None) -> "NoReturn":
    """Wait as the words after the script say, and end with 0; with 1 if a target is wrong; on a stop by its signal.

    `inherited` is what a command of the user's is to find, where it is known.
    """
    arguments = [os.fsdecode(word) for word in argv[_SCRIPT_ENDS:]]
    syscalls.name_process(b"lifeinit-probe")
    try:
        status = _wait(arguments, inherited)
    except Exception as error:  # noqa: BLE001  # a sentence and a status for it too
        log.report(error)
        status = exit_status.SOFTWARE
    if status > 128:
        die(status - 128)
    syscalls.leave(status)


def _wait(arguments: "Sequence[str]", inherited: Inherited | None) -> int:
    mode, _, interval, *rest = arguments
    options, operands = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    log.configure("json" if "--json" in options else "text", quiet="--quiet" in options)
    mask = syscalls.block_signals() if inherited is None else inherited.mask
    prefix = "ready: " if mode == "ready" else f"{_hook()}: "
    silent = mode == "ready" and "--verbose" not in options
    if "--command" in options:
        targets, terms = [_command(operands)], Terms(silent=silent, inherited=inherited or _inherited(mask))
    else:
        targets, terms = _resolved(operands, prefix), Terms(insecure="--insecure" in options)
        if not targets:
            return _WRONG
    pace = Pace(float(interval), quiet=silent)
    return Waiting(targets, pace, terms, lambda text: log.say(prefix + text)).run()


def _command(argv: "Sequence[str]") -> Target:
    words = tuple(map(os.fsencode, argv))
    return Target(f"the command {quote(words[0])}", (Command(words),))


def _inherited(mask: tuple[int, ...]) -> Inherited:
    from lifeinit.startup.inherited import capture_inherited  # noqa: PLC0415  # 8 ms that only a command has to pay

    return capture_inherited(mask)


def _resolved(texts: "Sequence[str]", prefix: str) -> list[Target]:
    """The targets; none if one of them is wrong, which is said."""
    targets, wrong = resolve(texts, os.environ)
    for sentence in wrong:
        log.say(prefix + sentence)
    return [] if wrong else targets


def _hook() -> str:
    """`pre_start services`; only `pre_start[0]` for a hook without a name of its own."""
    event, name = (os.environ.get(f"LIFEINIT_{key}", "") for key in ("EVENT", "HOOK"))
    return name if name.startswith(f"{event}[") else f"{event} {name}"


if __name__ == "__main__":
    main(tuple(map(os.fsencode, sys.orig_argv)))
