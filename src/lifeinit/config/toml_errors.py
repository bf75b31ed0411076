"""What is wrong with a statement that is not TOML: its span, a fix for the usual slips, and the edits that make it."""

import re
from typing import NamedTuple

from lifeinit.config import toml
from lifeinit.config.diagnostic import quoted
from lifeinit.config.keys import FLAG, ROWS, TABLES, TRUE
from lifeinit.config.spans import STRING
from lifeinit.config.toml_library import import_tomllib
from lifeinit.engine.plan import PHASES

_HEADER = re.compile(r"\s*(?P<open>\[+)[ \t]*(?P<name>[^\[\]\n#]*?)[ \t]*(?P<close>\]*)[ \t]*(?:#[^\n]*)?\r?\n?$")
_PAIR = re.compile(r"\s*(?P<key>[\w.\"'-]+(?:[ \t]+[\w-]+)*)(?P<sign>[ \t]*[=:]?[ \t]*)(?P<value>.*)", re.DOTALL)
_PAIRED = re.compile(r"[ \t]*[,;]?[ \t]*(?=[\w.-]+[ \t]*=)")  # between two statements on one line
_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?\s*$")
_TWO = re.compile(r"(?P<first>[^\s,;\"']+)[ \t,;]+(?P<second>(?P<key>[\w.-]+)[ \t]*=.*)")
_STRING = re.compile(STRING, re.DOTALL)
_BAD_ESCAPE = re.compile(r"\\(?!u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})([^btnfr\"\\\n])|\\([\"\\btnfr])")
_FALSE = {"no", "off"}
_NOTHING = {"none", "null", "nil"}
_CURLY = "“”„«»\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"  # of word processors
_ESCAPE = "Unescaped"
_HEX = "Invalid hex value"  # \U of a path of Windows
_LONGEST = 2000  # characters of a statement that is looked at
_FORMS = 'write key = "text", key = 1, key = ["a", "b"], [table] or # comment'
_SIGNS = {",": "comma", ";": "semicolon"}
_LATE = "Expected newline or end of document"

Change = tuple[int, int, str]  # offsets, and what takes the place of that


class Explained(NamedTuple):
    """Offsets into the statement, the message and the fix, with its edits."""

    start: int
    end: int
    message: str
    fix: str
    edits: tuple[Change, ...] = ()
    safe: bool = True


def explain(text: str, offset: int, reason: str) -> Explained:
    """The mistake that tomllib has found at an offset of a statement, for a `reason` of its own words."""
    if reason.startswith((_ESCAPE, _HEX)):
        offset -= 2  # tomllib is past the backslash and what follows it
    offset = min(offset, max(len(text.rstrip()) - 1, 0))
    start, end = _opening(text, reason) or _span(text, offset)
    message = f"invalid TOML: {reason[:1].lower()}{reason[1:]}"
    fix = _fix(text[:_LONGEST], offset, reason) if offset < _LONGEST else _Fix(_FORMS)
    return Explained(start, end, message, fix.words, fix.edits, fix.safe)


def explain_twice(text: str, start: int, statement: str, reason: str) -> Explained:
    """A name that stands in another statement already. All offsets are from `start`, where the statement begins."""
    name = re.match(r"\s*\[*[ \t]*([\w.\"'-]+)", statement)
    span, key = (name.span(1), name[1]) if name else ((0, 1), "")
    message, fix = f"invalid TOML: {reason[:1].lower()}{reason[1:]}", _Fix("keep one of them")
    if key in PHASES and statement.lstrip().startswith("["):
        headers = re.finditer(rf"(?m)^[ \t]*\[[ \t]*{key}[ \t]*\](?=[ \t]*(?:#|\r?$))", text)
        edits = tuple((one.start() - start, one.end() - start, f"[[{key}]]") for one in headers)
        fix = _Fix(f"write [[{key}]] for each of several hooks", edits)
        command = rf"(?m)^{key}[ \t]*=[ \t]*(?P<value>{STRING}|\[[^\[\]{{}}]*\])[^\n]*(?:\n|$)"
        if before := re.search(command, text[:start]):
            hook = (0, 0, f"[[{key}]]\ncommand = {before['value']}\n\n")
            removed = (before.start() - start, before.end() - start, "")
            fix = _Fix(f"write the first one below a [[{key}]] too", (removed, hook))
    elif statement.lstrip().startswith("["):
        fix = _Fix(f"move its keys below the first [{key}]")
    return Explained(*span, message, fix.words, fix.edits, fix.safe)


class _Fix(NamedTuple):
    """A fix in words, its edits, and whether they make what was meant."""

    words: str
    edits: tuple[Change, ...] = ()
    safe: bool = True


def _opening(text: str, reason: str) -> tuple[int, int] | None:
    """Where a string of several lines begins that does not end."""
    pair = _PAIR.match(text[:_LONGEST]) if reason.startswith(("Unterminated", "Expected \"'''\"")) else None
    if pair is None or pair["value"][:3] not in {'"""', "'''"}:
        return None
    return pair.start("value"), pair.start("value") + 3


def _span(text: str, at: int) -> tuple[int, int]:
    """What is marked: a whole bare value, or one character."""
    begin = text.rfind("\n", 0, at) + 1
    line = text[begin:].partition("\n")[0].rstrip()
    at = begin + min(at - begin, max(len(line) - 1, 0))
    pair = _PAIR.match(line[:_LONGEST])
    if pair and "=" in pair["sign"] and pair["value"][:1] not in {*"\"'[{"}:
        value = re.sub(r"[ \t]*(?:#.*)?$", "", pair["value"])
        if pair.start("value") <= at - begin < pair.start("value") + len(value):
            return begin + pair.start("value"), begin + pair.start("value") + len(value)
    return at, at + 1


def _fix(text: str, at: int, reason: str) -> _Fix:
    if re.search(r"(?i)(?:invalid|illegal) character '(?!\\[nr]')", reason):
        return _Fix("remove it, or write it as an escape, \\t for a tab")
    if text.lstrip().startswith("["):
        return _header(text)
    pair = _PAIR.match(text)
    if pair is None:
        return _Fix(_FORMS)
    key, sign, value = pair["key"], pair["sign"], pair["value"]
    if " " in key or "\t" in key:
        return _key(pair) if "=" in sign else _Fix(_FORMS)
    if "=" not in sign:
        if ":" in sign and not value.strip():  # of YAML, whose next lines are its table
            return _Fix(f"write {f'[[{key}]]' if key in PHASES else f'[{key}]'}, and its keys below it")
        is_pair = ":" in sign or value[:1] in {*"\"'[{"}
        return _Fix(f"write {key} = ...", ((*pair.span("sign"), " = "),)) if is_pair else _Fix(_FORMS)
    if reason.startswith((_ESCAPE, _HEX)):
        return _Fix("write \\\\ for a backslash, or put the text in single quotes", _backslashes(text))
    if reason.startswith("Duplicate"):
        return _Fix("keep one of them")
    if value[:1] not in {*"\"'[{"}:
        return _bare(pair)
    if reason.startswith(_LATE):
        return _behind(pair, at)
    if value[:1] == "[":
        return _list(text, at, reason)
    return _table(pair) if value[:1] == "{" else _unclosed(pair)


def _header(text: str) -> _Fix:
    match = _HEADER.match(text)
    if match is None:
        return _Fix(_FORMS)
    name, is_several = match["name"], match["name"] in PHASES or match["open"] == match["close"] == "[["
    if section := re.fullmatch(r"([\w-]+):([\w-]+)", name):
        name = f"{section[1]}.{section[2]}"
        fix = f"write a dot for the colon: [{name}]"
    elif (squeezed := re.sub(r"[ \t]+", "_", name)) in TABLES["top"] or re.fullmatch(r"[\w.\"'-]+", name):
        name = squeezed
        fix = f"write [[{name}]]" if is_several else f"write [{name}]"
    else:
        return _Fix(_FORMS)
    brackets = f"[[{name}]]" if is_several else f"[{name}]"
    return _Fix(fix, ((match.start("open"), match.end("close"), brackets),))


def _key(pair: re.Match[str]) -> _Fix:
    """A key of several words."""
    name = re.sub(r"[ \t]+", "_", pair["key"])
    known = name in {row.name for row in ROWS}
    return _Fix(f"write {name}" if known else "put the key in quotes", ((*pair.span("key"), name),) if known else ())


def _backslashes(text: str) -> tuple[Change, ...]:
    return tuple((one.start(), one.start(), "\\") for one in _BAD_ESCAPE.finditer(text) if one[1])


def _behind(pair: re.Match[str], at: int) -> _Fix:
    """Something behind a value that has ended."""
    text, begin = pair.string, _end_before(pair.string, at)
    if two := _PAIRED.match(text, begin):
        following = re.match(r"[\w.-]+", text[two.end() :])
        return _Fix(f"write {following[0] if following else 'it'} on a line of its own", ((*two.span(), "\n"),))
    if text[at] in _SIGNS and _COMMENT.match(text, at + 1):
        return _Fix(f"remove the {_SIGNS[text[at]]}", ((begin, at + 1, ""),))
    if pair["value"][0] in "\"'" and (inside := _requoted(pair)):
        return inside
    return _Fix("remove what follows the value")


def _end_before(text: str, at: int) -> int:
    return len(text[:at].rstrip(" \t"))


def _requoted(pair: re.Match[str]) -> _Fix | None:
    """A quote inside a string that uses the same ones."""
    line = pair["value"].partition("\n")[0].rstrip()
    quote, inner = line[0], line[1:-1]
    if len(line) < 3 or line[-1] != quote or "\\" in inner or quote not in inner:
        return None
    start, written = pair.start("value"), toml.written(inner)
    return _Fix(f"the string contains a quote: write {written}", ((start, start + len(line), written),))


def _list(text: str, at: int, reason: str) -> _Fix:
    """A list that is not closed, or an item that is none."""
    rest = text[at:].lstrip()
    word = re.match(r"[\w./:@$-]+", text[at:])
    if word and reason == "Invalid value" and not _is_value(word[0]):
        item = toml.written(word[0])
        return _Fix(f"put the item in quotes: {item}", ((at, at + word.end(), item),))
    if at < len(text.rstrip()) - 1 and (rest[:1] in {*"\"'[{"} or (word and _is_value(word[0]))):
        end = len(re.sub(r"(?:\s|#[^\n]*\n)*$", "", text[:at]))
        return _Fix("write a comma between the items", ((end, end, ","),))
    last = _end_of_text(text)
    return _Fix(_FORMS) if text[:last].endswith("]") else _Fix('close the list with "]"', ((last, last, "]"),))


def _end_of_text(text: str) -> int:
    """Where the last line with something on it ends, its comment left out."""
    stripped = re.sub(r"(?:\s*(?:#[^\n\"']*)?)*$", "", text)
    return len(stripped)


def _table(pair: re.Match[str]) -> _Fix:
    """An inline table of several lines, with a comma at its end, or with colons."""
    value = pair["value"].rstrip()
    lines = [re.sub(r"\s#[^\"']*$", "", line).strip() for line in value.split("\n")]
    flat = re.sub(r"\{ *", "{ ", re.sub(r",?\s*\}", " }", " ".join(lines)))
    flat = re.sub(r"([\{,] *)[\"']?([\w-]+)[\"']? *: *", r"\1\2 = ", flat)
    start = pair.start("value")
    if "}" not in flat:
        closed = f"{flat.rstrip(', ')} }}"
        edits = ((start, start + len(value), closed),) if _is_value(closed) else ()
        return _Fix('close the table with "}"', edits)
    edits = ((start, start + len(value), flat),) if _is_value(flat) else ()
    return _Fix("write an inline table on one line, without a comma at its end", edits)


def _unclosed(pair: re.Match[str]) -> _Fix:
    """A string that does not end on its line."""
    words = 'end the string on its line, or put """ around text of several lines'
    value = pair["value"].partition("\n")[0].rstrip()
    if value[:3] in {'"""', "'''"}:
        return _Fix(f"end the string with {value[:3]}")
    end = pair.start("value") + len(value)
    closed = f"{value}{value[0]}"
    is_clear = len(value) > 1 and "#" not in value and _is_value(closed)
    return _Fix(words, ((end, end, value[0]),) if is_clear else ())


def _bare(pair: re.Match[str]) -> _Fix:
    """A value without quotes."""
    key, start = pair["key"], pair.start("value")
    value = re.sub(r"[ \t]*(?:#.*)?$", "", pair["value"].partition("\n")[0].rstrip())
    whole = (start, start + len(value))
    if not value:
        return _Fix("write a value, or remove the key", ((0, len(pair.string), ""),), safe=False)
    if (two := _TWO.fullmatch(value)) and _is_value(two["first"]):
        between = (start + two.end("first"), start + two.start("second"), "\n")
        return _Fix(f"write {two['key']} on a line of its own", (between,))
    if value[-1] in _SIGNS and _is_value(value[:-1].rstrip()):
        return _Fix(f"remove the {_SIGNS[value[-1]]}", ((whole[1] - 1, whole[1], ""),))
    if _is_value(value):
        return _Fix(_FORMS)
    if re.fullmatch(r"0[0-9]+", value) and key != "umask":
        return _Fix(f"write {int(value)}", ((*whole, str(int(value))),))
    lower, is_flag = value.lower(), any(row.name == key and row.kind in {FLAG, TRUE} for row in ROWS)
    if lower in _NOTHING:
        return _Fix("remove the key", ((0, len(pair.string), ""),), safe=False)
    if lower in {"true", "false"} or (is_flag and lower in {"yes", "on", *_FALSE}):
        word = "false" if lower in {"false", *_FALSE} else "true"
        return _Fix(f"write {word}", ((*whole, word),))
    if value[0] in _CURLY:
        plain = value.strip(_CURLY)
        return _Fix(f"write straight quotes: {key} = {quoted(plain)}", ((*whole, toml.written(plain)),))
    return _Fix(f"put the value in quotes: {key} = {quoted(value)}", ((*whole, toml.written(value)),))


def _is_value(text: str) -> bool:
    tomllib = import_tomllib()
    try:
        tomllib.loads(f"v = {text}")
    except ValueError:
        return False
    return True
