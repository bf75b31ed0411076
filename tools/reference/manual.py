"""The manual pages lifeinit(1) and lifeinit-hooks(5)."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from lifeinit import __version__
from lifeinit.config.keys import Key
from lifeinit.startup.inherited import DIRECTORIES, DROP_INS, NAMES
from tools.reference import commands, keys, statuses, variables
from tools.reference.marking import marked
from tools.reference.roff import block, bold, code, sentence, tagged, wrapped

ROOT: Final = Path(__file__).parents[2]
_MADE: Final = r".\" Made by `python -m tools.reference`: change the sources, not this page."
_LIFE: Final = "PRE_START -> STARTING -> RUNNING ->\n    PRE_STOP -> STOPPING -> CLEANUP -> POST_STOP -> exit"
_RULES: Final = """\
The hooks of a phase run one after the other, in file order.
A hook that fails in a start phase prevents the start; one that fails in a stop phase never prevents the stop. \
`on_failure` changes that for one hook.
`pre_stop` runs only if the app is still running when a stop is requested (SIGTERM, SIGINT or SIGQUIT). `post_stop` \
always runs once a hook or the app has been started.
The exit status is the app's. If a hook prevented the app from running, it is the hook's.
A stop signal goes to the app's main process; SIGKILL goes to every process that is left.
"""


def released() -> str:
    """The day of this version, from the list of changes. Raises ValueError where it is not in the list."""
    found = re.search(
        rf"^## \[?{re.escape(__version__)}\]? - (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    if found is None:
        raise ValueError(f'CHANGELOG.md has no entry "## {__version__} - DATE"')
    return found[1]


def program() -> str:
    """lifeinit(1)"""
    first, *others = commands.all_commands()
    lines = [
        *_head("lifeinit", 1, "PID 1 for containers, with lifecycle hooks"),
        *(".SH SYNOPSIS", ".nf", *(_usage(command) for command in (first, *others)), ".fi"),
        *(".SH DESCRIPTION", *_paragraphs(first.paragraphs)),
        *_paragraphs(
            ["Without a hook file lifeinit is a plain init: it forwards signals and reaps orphans. With one:"]
        ),
        *block(_LIFE),
        *[line for number, rule in enumerate(_RULES.splitlines(), 1) for line in (f".IP {number}. 4", sentence(rule))],
        ".SH OPTIONS",
        *_paragraphs(["The command line takes precedence over the environment, and both over the hook file."]),
    ]
    for heading, options in first.groups.items():
        lines += [f".SS {_heading(heading)}", *_options(options)]
    lines += [".SH COMMANDS"]
    for command in others:
        lines += [f".SS {_heading(command.usage)}", *_paragraphs(command.paragraphs), *_options(command.options)]
        lines += _paragraphs([command.epilog] if command.epilog else [])
    lines += [".SH EXIT STATUS", *tagged((bold(status), sentence(when)) for status, when in statuses.RUN)]
    for name, rows in statuses.of_commands().items():
        lines += [f".SS lifeinit {name}", *tagged((bold(status), sentence(when)) for status, when in rows)]
    files = {
        NAMES[0]: "The hook file in the working directory, see `lifeinit-hooks(5)`.",
        DIRECTORIES[1] + NAMES[0]: f"The hook file if there is none in the working directory. Each may be called "
        f"`{NAMES[1]}` instead.",
        f"{DROP_INS}/*.toml": "Drop-ins, which add hooks. A hook file elsewhere has its own in `hooks.d` next to it.",
        "/dev/termination-log": "Receives lifeinit's last line if the exit status is not 0. Used if it exists.",
    }
    lines += [".SH ENVIRONMENT", *_variables(variables.READ)]
    lines += [".SH FILES", *tagged((bold(path), sentence(text)) for path, text in files.items())]
    lines += [".SH EXAMPLES", *block(_EXAMPLES)]
    return _page([*lines, ".SH SEE ALSO", *_see(("lifeinit-hooks", 5), ("signal", 7), ("tini", 1))])


_EXAMPLES: Final = """\
lifeinit -- gunicorn shop.wsgi
lifeinit --config hooks.toml -- python app.py
lifeinit --pre-start 'python manage.py migrate' -- python app.py
lifeinit check --for docker hooks.toml -- python app.py
lifeinit wait --timeout 30s tcp://db:5432 -- python app.py
"""


def hook_file() -> str:
    """lifeinit-hooks(5)"""
    about = (
        "A hook file lists the commands that run before and after the start and the stop of a container's app. It is "
        f"in TOML. lifeinit reads the file that `--config` or LIFEINIT_CONFIG names, otherwise `{NAMES[0]}` or "
        f"`{DIRECTORIES[1]}{NAMES[0]}`, which may also be called `{NAMES[1]}`. Unknown keys are errors. "
        "`lifeinit init` writes one, `lifeinit check` validates it, `lifeinit schema` prints its JSON Schema."
    )
    lines = [*_head("lifeinit-hooks", 5, "the hook file of lifeinit"), ".SH DESCRIPTION", *_paragraphs([about])]
    lines.append(".SH KEYS")
    for table in keys.TABLES:
        lines += [f".SS {_heading(table.heading)}", *_paragraphs([table.about])]
        lines += tagged((bold(key.name), _about(key)) for key in table.rows())
    lines += [".SH VALUES", *tagged((bold(word), sentence(marked(text))) for word, text in keys.VALUES.items())]
    lines += [".SH ENVIRONMENT", *_paragraphs(["A hook has these variables:"]), *_variables(variables.of_a_hook())]
    lines += [".SH EXAMPLE", *block((ROOT / "hooks.example.toml").read_text("utf-8"))]
    return _page([*lines, ".SH SEE ALSO", *_see(("lifeinit", 1))])


def _about(key: Key) -> str:
    parts = [key.doc, f"Value: {key.kind.words}."]
    if keys.default(key):
        parts.append(f"Default: {keys.default(key)}.")
    if key.since != keys.FIRST:
        parts.append(f"Since {key.since}.")
    return "\n.br\n".join([sentence(marked(part)) for part in parts] + [f"Example: {bold(keys.example(key))}"])


def _head(name: str, section: int, what: str) -> list[str]:
    title = f'.TH {name.upper()} {section} {released()} "lifeinit {__version__}"'
    return [_MADE, title, ".SH NAME", rf"{code(name)} \- {what}"]


def _usage(command: commands.Command) -> str:
    words = "lifeinit" if not command.name else f"lifeinit {command.name}"
    return f"{bold(words)}{code(command.usage.removeprefix(words))}"


def _heading(text: str) -> str:
    return code(text)


def _paragraphs(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in (".PP", sentence(marked(text)))]


def _options(options: Sequence[commands.Option]) -> list[str]:
    pairs = []
    for option in options:
        variable = f" Variable: `{option.variable}`." if option.variable else ""
        pairs.append((bold(option.written), sentence(marked(f"{option.about}{variable}"))))
    return tagged(pairs)


def _variables(found: Iterable[variables.Variable]) -> list[str]:
    return tagged((", ".join(map(bold, one.names)), sentence(marked(one.about))) for one in found)


def _see(*pages: tuple[str, int]) -> list[str]:
    ends = [","] * (len(pages) - 1) + [""]
    return [f".BR {code(name)} ({section}){end}" for (name, section), end in zip(pages, ends, strict=True)]


def _page(lines: Sequence[str]) -> str:
    """The lines, those of text wrapped, and no paragraph begun twice. mandoc(1), -T lint"""
    found: list[str] = []
    as_it_stands = False
    for line in lines:
        as_it_stands = line == ".nf" or (as_it_stands and line != ".fi")
        if line == ".PP" and found[-1].startswith((".SH", ".SS")):
            continue
        found += [line] if as_it_stands else wrapped(line)
    return "\n".join(found) + "\n"
