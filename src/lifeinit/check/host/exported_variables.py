"""What a pre_start hook means to hand on to the app, and does not: `export`, and a value whose making fails unseen."""

import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host import shell_lexer
from lifeinit.check.host.invocation import base_name, shell_line
from lifeinit.check.host.shell_lexer import Script, Simple
from lifeinit.check.host.tasks import Task
from lifeinit.check.rules.rule import Finding, listed

_NAME = re.compile(r"[\"']?([A-Za-z_]\w*)(?:=|[\"']?$)", re.ASCII)
_WORD = re.compile(r"\w+", re.ASCII)
_HANDED = re.compile(r"[\"']?([A-Za-z_]\w*)=", re.ASCII)
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_SUBSTITUTION = re.compile(r"\$\((?!\()|`")
_INSIDE = re.compile(r"(?:\$\((?!\()|`)\s*([^\s()`|;&<>]*)")
_FILE = "LIFEINIT_ENV"
_GROUP_INTO_IT = re.compile(rf"[}})]\s*>>?\s*\"?\$\{{?{_FILE}\b")
_GOES_ELSEWHERE = re.compile(r"(?<!\S)1?>")

_INTO_IT = re.compile(rf">>?\s*\"?\$\{{?{_FILE}\b")
_WRITTEN_EXPORT = re.compile(r"(?:-\w+ )*[\"']?(?:export|declare -x)\s+([A-Za-z_]\w*)=", re.ASCII)
_HERE = re.compile(r"^([^\n]*)<<-?[ \t]*([\"']?)(\w+)\2([^\n]*)\n(.*?)^\t*\3$", re.MULTILINE | re.DOTALL)
_EXPORT_LINE = re.compile(r"^\s*export\s+([A-Za-z_]\w*)=", re.MULTILINE | re.ASCII)

# These write all variables, in a form of the shell's or with those of lifeinit itself among them.
_WRITE_ALL = frozenset({"export", "export -p", "declare -x", "declare -p", "env", "printenv", "set"})

# After these nothing has got a variable that none of their words speaks of.
_START_NOTHING = frozenset(
    ": [ cd echo exit export false printf readonly return set test true umask unset wait".split()
)
# What these say does not depend on anything that could be missing.
_SURE = frozenset("basename date dirname echo hostname id nproc printf pwd uname whoami".split())


def findings(tasks: Sequence[Task]) -> Iterator[Finding]:
    for task in tasks:
        line = shell_line(task) if task.phase == "pre_start" else None
        if line is not None:
            script = shell_lexer.read(line)
            yield from _exports(task, line, script)
            yield from _written_exports(task, line, script)
            yield from _lost_failures(task, line, script)


def _exports(task: Task, line: str, script: Script) -> Iterator[Finding]:
    """W319. A loop, a function or a trap may come to what stands before the export."""
    if not script.whole or script.loops or script.functions:
        return
    if names := _for_nobody(line, script.commands):
        sentence = f"export sets {listed(names)} in this hook's shell alone, which ends here: the app does not get it"
        yield Finding("W319", task.at, sentence, f'write echo "{names[0]}=..." >> "${_FILE}" to set it for the app')


def _for_nobody(line: str, commands: Sequence[Simple]) -> list[str]:
    """The exported variables of which nothing speaks that follows, up to the last command that could get them."""
    names: list[str] = []
    spoken_of: set[str] = set()
    seen = len(line)
    for one in reversed(commands):
        behind, own = line[one.end : seen], line[one.begin : one.end]
        if _SUBSTITUTION.search(behind) or not _starts_nothing(one):
            break
        spoken_of.update(_WORD.findall(behind))
        if one.words[0].plain == "export":
            names = [name for name in _exported(one) if name not in spoken_of] + names
        if _SUBSTITUTION.search(own):
            break
        spoken_of.update(_WORD.findall(own))
        seen = one.begin
    return [] if any(one.words[0].plain == "trap" for one in commands) else names


def _exported(one: Simple) -> list[str]:
    """The variables that it exports. `-n` takes that back, and `-f` is of a function."""
    if one.words[1:] and one.words[1].raw in {"-n", "-f", "-nf", "-fn"}:
        return []
    return [match[1] for match in (_NAME.match(word.raw) for word in one.words[1:]) if match]


def _starts_nothing(one: Simple) -> bool:
    """Whether the command is none that could see the environment. `export` and `set` alone print it."""
    name = one.plain[0]
    return (
        name in _START_NOTHING and (name != "export" or bool(_exported(one))) and (name != "set" or len(one.words) > 1)
    )


def _written_exports(task: Task, line: str, script: Script) -> Iterator[Finding]:
    """W321. What stands between the braces of a group may be read by another command, and is not looked at."""
    for place, one in enumerate(script.commands):
        through_tee = one.ended == "|" and any(
            _into_it_by_tee(line, it) for it in script.commands[place + 1 : place + 2]
        )
        if not through_tee and not _INTO_IT.search(line, one.begin, one.end):
            continue
        words = " ".join(word.raw for word in one.words)
        if words in _WRITE_ALL:
            sentence = f"{words} writes what {_FILE} does not take, and the hook fails with 78"
            way_out = f'write the variables that the app needs: echo "NAME=$NAME" >> "${_FILE}"'
            yield Finding("W321", task.at, sentence, way_out)
        elif base_name(one.words[0].plain) in {"echo", "printf"}:
            _, _, operands = words.partition(" ")
            yield from _not_taken(task, _WRITTEN_EXPORT.match(operands))
    for match in _HERE.finditer(line):
        if _INTO_IT.search(match[1] + match[4]):
            yield from _not_taken(task, _EXPORT_LINE.search(match[5]))


def _into_it_by_tee(line: str, one: Simple) -> bool:
    return base_name(one.words[0].plain) == "tee" and _FILE in line[one.begin : one.end]


def _not_taken(task: Task, match: re.Match[str] | None) -> Iterator[Finding]:
    if match is not None:
        sentence = (
            f'"export {match[1]}=..." is written to {_FILE}, whose lines are KEY=VALUE, and the hook fails with 78'
        )
        yield Finding("W321", task.at, sentence, f'leave "export" out: {match[1]}=...')


def _lost_failures(task: Task, line: str, script: Script) -> Iterator[Finding]:
    """W320."""
    groups = [_group(line, match.start()) for match in _GROUP_INTO_IT.finditer(line)]
    for one in script.commands:
        if base_name(one.words[0].plain) not in {"echo", "printf"} or not _hands_on(line, one, groups):
            continue
        name = next((match[1] for match in (_HANDED.match(word.raw) for word in one.words[1:]) if match), None)
        run = " ".join(_ESCAPED.sub("", word.raw) for word in one.words[1:] if word.plain is None)
        if name is not None and _may_fail(run):
            sentence = f"{name} is handed on without its value if its $(...) fails, and the hook succeeds all the same"
            piped = ", of a pipe only if the last command does" if "|" in run else ""
            way_out = f'write value=$(...) && echo "{name}=$value" >> "${_FILE}": the hook then fails with it{piped}'
            yield Finding("W320", task.at, sentence, way_out)


def _hands_on(line: str, one: Simple, groups: Sequence[range]) -> bool:
    """Whether it writes to the file, by its own redirection or that of a group around it."""
    own = line[one.begin : one.end]
    if _FILE in own:
        return True
    for word in one.words:
        own = own.replace(word.raw, "", 1)
    return any(one.begin in group for group in groups) and not _GOES_ELSEWHERE.search(own)


def _group(line: str, end: int) -> range:
    """What stands in the group whose bracket ends it there, as far as brackets in quotes do not deceive."""
    closing = line[end]
    opening, depth = "{("[closing == ")"], 0
    for i in range(end, -1, -1):
        depth += (line[i] == closing) - (line[i] == opening)
        if depth == 0:
            return range(i, end)
    return range(0)


def _may_fail(run: str) -> bool:
    """Whether a command is run for its output that can fail, and nothing is said of that case."""
    return "||" not in run and any(base_name(match[1]) not in _SURE for match in _INSIDE.finditer(run))
