"""`lifeinit completion`: what makes bash, zsh and fish complete the command line, through click's own classes."""

import os
import re
from typing import Final

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from lifeinit.cli.run import run
from lifeinit.cli.serve import command_named
from lifeinit.startup.commands import COMMANDS

PROGRAM: Final = "lifeinit"
ASKED: Final = "_LIFEINIT_COMPLETE"  # set by the scripts alone, and looked at by `lifeinit completion` alone
# The call in click's scripts: the program's name, at the end of a substitution.
_CALL = re.compile(r"""(\$1|%\(prog_name\)s)(?=\)["};)]*\n)""")


class _Completion(ShellComplete):
    """Completes a line whose first word may be a command of lifeinit; if it is not, the line is about the app."""

    def source(self) -> str:
        """Click's script, made to ask `lifeinit completion`: without a word behind it `lifeinit` may run an app."""
        text, count = _CALL.subn(rf"\1 completion {self.name}", self.source_template)
        if count != 1:
            raise click.ClickException(f"this version of click has an unknown script for {self.name}")
        return text % self.source_vars()

    def get_completions(self, args: list[str], incomplete: str) -> "list[CompletionItem[str]]":
        option, equals, value = incomplete.partition("=")
        if not equals or not option.startswith("--") or "--" in args:
            return self.offered(args, incomplete)
        # Click offers the value alone, and zsh and fish would put it in the place of the whole word.
        completions = self.offered([*args, option], value)
        values = (
            _paths(value) if any(item.type == "file" for item in completions) else [item.value for item in completions]
        )
        return [CompletionItem(f"{option}={text}") for text in values]

    def offered(self, args: list[str], incomplete: str) -> "list[CompletionItem[str]]":
        """What may stand behind these words, the last of which is incomplete."""
        if not args:
            names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
            return [*names, *super().get_completions(args, incomplete)] if incomplete else names
        if args[0] in COMMANDS:
            self.cli, args = command_named(args[0]), args[1:]
        completions = super().get_completions(args, incomplete)
        if not completions and not incomplete.startswith("-"):
            return [CompletionItem(incomplete, type="file")]  # what a shell does by itself
        return completions


def _paths(begin: str) -> list[str]:
    """The files and directories whose path begins so."""
    directory, base = os.path.split(begin)
    try:
        with os.scandir(directory or ".") as entries:
            names = sorted(f"{entry.name}{'/' if entry.is_dir() else ''}" for entry in entries)
    except OSError:
        return []  # there is no such directory
    return [os.path.join(directory, name) for name in names if name.startswith(base)]


class _Bash(_Completion, BashComplete):
    """Bash begins a new word at each colon and equals sign, and replaces only the last of them. COMP_WORDBREAKS"""

    kept = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        words = _rejoined([*args, incomplete])
        self.kept = words[-1][: words[-1].rfind(":") + 1]
        return words[:-1], words[-1]

    def format_completion(self, item: "CompletionItem[str]") -> str:
        return f"{item.type},{item.value.removeprefix(self.kept)}"


class _Zsh(_Completion, ZshComplete):
    """As click has it."""


class _Fish(_Completion, FishComplete):
    """Click's script for fish cuts a description at its first comma."""

    def format_completion(self, item: "CompletionItem[str]") -> str:
        item.help = item.help.replace(",", ";") if item.help else None
        return super().format_completion(item)


def _rejoined(words: list[str]) -> list[str]:
    """The words as they were typed: `TERM`, `:`, `Q` is one, and `--config`, `=`, `x` is two."""
    joined: list[str] = []
    joins = False
    for word in words:
        if word == "=" and joined and joined[-1].startswith("--"):
            joined.append("")
            joins = True
        elif joined and (joins or word == ":"):
            joined[-1] += word
            joins = word == ":"
        else:
            joined.append(word)
            joins = False
    return joined


_SHELLS: Final[dict[str, type[_Completion]]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", type=click.Choice([*_SHELLS]))
def completion(shell: str) -> int:
    """Print the script that makes SHELL complete lifeinit's command line.

    Bash: eval "$(lifeinit completion bash)" in ~/.bashrc. Zsh: the same with
    zsh in ~/.zshrc. Fish: lifeinit completion fish | source in config.fish.
    """
    complete = _SHELLS[shell](run, {}, PROGRAM, ASKED)
    asked = os.environ.get(ASKED) == f"{shell}_complete" and {"COMP_WORDS", "COMP_CWORD"} <= set(os.environ)
    click.echo(complete.complete() if asked else complete.source(), nl=asked)
    return 0
