"""What `environment` and targets contain: secrets in plain text, and variables that nothing sets."""

import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host.tasks import Tasks
from lifeinit.check.host.variables import OF_A_SHELL
from lifeinit.config.diagnostic import Diagnostic, quoted
from lifeinit.config.spans import Path, Places
from lifeinit.probes.targets import hidden
from lifeinit.values import interpolation

_SECRET = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY|_KEY$|_PWD$|(?:^|_)PASS$"
)
# Names that look like a secret's and are not.
_HARMLESS = re.compile(
    r"_(?:FILE|PATH|DIR|TTL|AGE|LIFETIME|EXPIR\w*|TIMEOUT|LENGTH|SIZE|COUNT|LIMIT|ALGORITHM|ALG|HEADER|NAME|TYPE|ENABLED"
    r"|REQUIRED|HASHERS?|URL|URI|HOST|ENDPOINT|ISSUER|POLICY|ID)$|PUBLIC|CACHE_KEY|SORT_KEY|PRIMARY_KEY|PARTITION_KEY"
    r"|ROUTING_KEY|TOKENIZER|TOKENS$"
)
_PLAIN_VALUE = re.compile(r"|true|false|yes|no|on|off|none|null|0|1|[./~].*|file:.*", re.IGNORECASE | re.DOTALL)
_PASSWORD_IN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]*?:([^/?#\s@]+)@")
_VARIABLE = "\0"  # in the place of one; no value of a hook file holds it


def diagnostics(tasks: Tasks) -> Iterator[Diagnostic]:
    """W312 for a secret in the file, whose value is never shown, and W313 for a variable that nothing sets."""
    for code, path, message, fix in _secrets(tasks):
        yield Diagnostic(code, tasks.places.span(path), message, fix)
    yield from _unset(tasks)


Found = tuple[str, Path, str, str]  # code, path, message, help


def _secrets(tasks: Tasks) -> Iterator[Found]:
    for setting in tasks.settings:
        for name, value in setting.environment.items():
            path = (*setting.path, "environment", name)
            if _is_secret(name, value):
                yield "W312", path, f"the value of {name} is in the hook file, and the name looks like a secret", _FIX
            elif _has_password(value):
                yield "W312", path, f"{name} is a URL with a password in it, in the hook file", _FIX
    for wait in tasks.waits:
        if _has_password(wait.text):
            fix = "leave out user and password, which are not needed to connect, or write a variable: $DATABASE_URL"
            yield "W312", wait.path, f"{quoted(hidden(wait.text))} has a password in it, in the hook file", fix


def _unset(tasks: Tasks) -> Iterator[Diagnostic]:
    for setting in tasks.settings:
        for name, value in setting.environment.items():
            path = (*setting.path, "environment", name)
            yield from _unset_in(tasks.places, path, name, value, setting.unset(value))
    for wait in tasks.waits:
        yield from _unset_in(tasks.places, wait.path, wait.key, wait.text, wait.setting.unset(wait.text, own=True))


def _unset_in(places: Places, path: Path, key: str, text: str, names: Sequence[str]) -> Iterator[Diagnostic]:
    for name in names:
        span = places.within(path, *next(place for *place, found in interpolation.dollars(text) if found == name))
        shown = quoted("$" + name)
        if name in OF_A_SHELL:
            what = "path" if name.endswith("PWD") else "value"
            fix = f"write the {what} itself, or $$ for a dollar sign: an ENTRYPOINT in exec form starts no shell"
            yield Diagnostic("W313", span, f"{key} needs {shown}, which only a shell sets", fix)
            continue
        fix = f"set it where the container is started, ENV {name}=... in the image, or write $$ for a dollar sign"
        message = f"{key} needs {shown}, which is not set here and not exported by a pre_start hook"
        yield Diagnostic("W313", span, message, fix)


_FIX = "let the runtime set it and write $NAME, or have a pre_start hook write it to $LIFEINIT_ENV"


def _literal(text: str) -> str:
    """The text with a mark for each variable."""
    try:
        found = interpolation.pieces(text)
    except interpolation.ExpansionError:
        return text
    return "".join(_VARIABLE if i % 2 else part for i, part in enumerate(found))


def _is_secret(name: str, value: str) -> bool:
    upper, literal = name.upper(), _literal(value)
    looks_secret = _SECRET.search(upper) is not None and _HARMLESS.search(upper) is None
    return looks_secret and _VARIABLE not in literal and not _PLAIN_VALUE.fullmatch(literal)


def _has_password(value: str) -> bool:
    match = _PASSWORD_IN_URL.search(_literal(value))
    return match is not None and _VARIABLE not in match[1]
