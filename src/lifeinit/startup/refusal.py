"""What is said of a command that is no program: what may be meant. Nothing was started."""

import shlex
from collections.abc import Sequence
from typing import Final

from lifeinit.config.diagnostic import quoted
from lifeinit.engine import exit_status, log
from lifeinit.startup.commands import COMMANDS

_SIMILAR: Final = 0.75  # of two words, as difflib counts: "chek" and "check" have 0.89
_LONGEST: Final = 20  # characters that are worth comparing


def refuse(command: Sequence[str], has_hooks: bool) -> int:
    """Say that PATH does not hold this command, and what may be meant. Returns the exit status."""
    program = quoted(command[0])
    meant = _meant(command)
    if meant:
        sentence = f"no program {program} in PATH: did you mean {quoted(meant)}? Nothing was started"
        log.say(sentence, "wrong_command", "error")
        return exit_status.USAGE
    fix = f"; if a hook installs it, write {quoted(f'lifeinit -- {shlex.join(command)}')}" if has_hooks else ""
    log.say(f"cannot run the app {program}: not found in PATH; nothing was started{fix}", "start_failed", "error")
    return exit_status.NOT_FOUND


def _meant(command: Sequence[str]) -> str:
    """The command line that was probably meant; empty where none is near."""
    word, *rest = command
    if word in {"help", "version"}:
        return f"lifeinit --{word}"
    if word in {"run", "start", "exec"}:
        return f"lifeinit -- {shlex.join(rest[rest[:1] == ['--'] :])}".rstrip()
    if word.endswith(".toml"):
        return f"lifeinit --config {shlex.join(command)}"  # -c is dumb-init's --single-child
    import difflib  # noqa: PLC0415  # only a mistake pays for it

    near = difflib.get_close_matches(word[:_LONGEST], COMMANDS, 1, _SIMILAR)
    return f"lifeinit {near[0]}" if near else ""
