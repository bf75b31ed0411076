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
from lifeinit.probes.attempt import Command, Terms
from lifeinit.probes.exec_program import die

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from lifeinit.probes.targets import Target

_WRONG, _STDOUT = 1, 1
_COMMAND_LIMIT = 30.0  # seconds that one try of a command may take, for `ready`
_SCRIPT_ENDS = len("python -I -S -B prober.py".split())


def prepare(argv: "Sequence[bytes]") -> None:
    """Import what `main` will need, while it may be read. What a variable in a target holds is not known yet."""
    syscalls.name_process(b"lifeinit-probe")  # another user may not write /proc/self of a fork of ours. proc(5)
    mode = argv[_SCRIPT_ENDS]
    if mode == b"drain":
        from lifeinit.probes import drain  # noqa: F401, PLC0415

        return
    if mode == b"alive":
        from lifeinit.probes import alive  # noqa: F401, PLC0415
    else:
        from lifeinit.probes import wait  # noqa: F401, PLC0415
    if mode != b"alive" or b"--command" not in argv:
        from lifeinit.probes import parse_targets, probe  # noqa: F401, PLC0415
    if any(word.startswith((b"https", b"$")) for word in argv):
        import _ssl  # noqa: F401, PLC0415


def main(argv: "Sequence[bytes]", inherited: Inherited | None = None, report: int | None = None) -> "NoReturn":
    """Wait as the words after the script say, and end with 0; with 1 if a target is wrong; on a stop by its signal.

    `inherited` is what a command of the user's is to find, where it is known; `report` the pipe that takes the reason
    for which the app is not alive.
    """
    words = [os.fsdecode(word) for word in argv[_SCRIPT_ENDS:]]
    syscalls.name_process(b"lifeinit-probe")
    try:
        status = _Prober(words, inherited, report).run()
    except Exception as error:  # noqa: BLE001  # a sentence and a status for it too
        log.report(error)
        status = exit_status.SOFTWARE
    if status > 128:
        die(status - 128)
    syscalls.leave(status)


class _Prober:
    """What the words ask for."""

    def __init__(self, words: "Sequence[str]", inherited: Inherited | None, report: int | None) -> None:
        self._mode, self._report = words[0], report
        middle = words.index("--")
        self._options, self._operands = words[1:middle], words[middle + 1 :]
        log.configure("json" if "--json" in self._options else "text", quiet="--quiet" in self._options)
        mask = syscalls.block_signals() if inherited is None else inherited.mask
        self._is_command = "--command" in self._options
        self._silent = self._mode not in {"wait", "drain"} and "--verbose" not in self._options
        limit = _COMMAND_LIMIT if self._is_command else 5.0
        self._terms = Terms(
            limit=float(self._option("--timeout", limit)),
            insecure="--insecure" in self._options,
            silent=self._silent,
            inherited=inherited or _inherited(mask),
        )

    def run(self) -> int:
        """The exit status."""
        if self._mode == "drain":
            return self._drain()
        return self._watch() if self._mode == "alive" else self._wait()

    def _option(self, name: str, default: float) -> float:
        return float(self._options[self._options.index(name) + 1]) if name in self._options else default

    def _wait(self) -> int:
        from lifeinit.probes.wait import Pace, Waiting  # noqa: PLC0415  # the other mode needs none of it

        targets = self._targets()
        if not targets:
            return _WRONG
        pace = Pace(self._option("--interval", 1.0), quiet=self._silent)
        return Waiting(targets, pace, self._terms, self._say).run()

    def _say(self, text: str) -> None:
        log.say(f"{_hook() if self._mode in {'wait', 'drain'} else self._mode}: {text}")

    def _drain(self) -> int:
        from lifeinit.probes.drain import Calm, Drain  # noqa: PLC0415  # the other modes need none of it

        calm = Calm(int(self._operands[0]), self._option("--idle", 1.0), self._option("--at-least", 2.0))
        return Drain(calm, self._say).run()

    def _watch(self) -> int:
        from lifeinit.probes.alive import Patience, Watch  # noqa: PLC0415

        targets = self._targets()
        if not targets:
            return _WRONG
        patience = Patience(
            self._option("--interval", 10.0), int(self._option("--failures", 3)), "--recovery" in self._options
        )
        return Watch(targets[0], self._terms, patience, _STDOUT if self._report is None else self._report).run()

    def _targets(self) -> "list[Target]":
        """The targets; none if one of them is wrong, which is said."""
        if self._is_command:
            from lifeinit.probes.targets.target import Target  # noqa: PLC0415

            command = Command(tuple(map(os.fsencode, self._operands)))
            return [Target(f"the command {quote(_shown(command.argv))}", (command,))]
        from lifeinit.probes.parse_targets import resolve  # noqa: PLC0415  # a command needs none of it

        targets, wrong = resolve(
            self._operands, os.environ, "cannot wait for" if self._mode != "alive" else "cannot ask"
        )
        for sentence in wrong:
            self._say(sentence)
        return [] if wrong else targets


def _shown(argv: tuple[bytes, ...]) -> bytes:
    """The program; of a line for the shell the first word, if it is a plain one: any other may be a password."""
    if argv[:2] != (b"/bin/sh", b"-c"):
        return argv[0]
    first, *others = argv[2].split(None, 1) or [b""]
    plain = first.translate(None, b"_-./").isalnum()
    return b" ".join((*[first] * plain, *[b"..."] * (bool(others) or not plain)))


def _inherited(mask: tuple[int, ...]) -> Inherited:
    from lifeinit.startup.inherited import capture_inherited  # noqa: PLC0415  # 8 ms that only a command has to pay

    return capture_inherited(mask)


def _hook() -> str:
    """`pre_start services`; only `pre_start[0]` for a hook without a name of its own."""
    event, name = (os.environ.get(f"LIFEINIT_{key}", "") for key in ("EVENT", "HOOK"))
    return name if name.startswith(f"{event}[") else f"{event} {name}"


if __name__ == "__main__":
    main(tuple(map(os.fsencode, sys.orig_argv)))
