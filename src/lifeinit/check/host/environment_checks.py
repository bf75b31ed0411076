"""What `environment` says: secrets that were written down, and variables that nothing sets."""

import re
from collections.abc import Iterator, Sequence

from lifeinit.check.host.tasks import Wait
from lifeinit.check.host.variables import OF_A_SHELL, Setting
from lifeinit.check.rules.rule import Finding
from lifeinit.config.diagnostic import quoted
from lifeinit.config.spans import Path
from lifeinit.probes.targets import hidden
from lifeinit.values import interpolation

_SECRET = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_KEY|PRIVATE_KEY|_KEY$|_PWD$|(?:^|_)PASS$"
)
# Names that speak of a secret and hold none.
_HARMLESS = re.compile(
    r"_(?:FILE|PATH|DIR|TTL|AGE|LIFETIME|EXPIR\w*|TIMEOUT|LENGTH|SIZE|COUNT|LIMIT|ALGORITHM|ALG|HEADER|NAME|TYPE|ENABLED"
    r"|REQUIRED|HASHERS?|URL|URI|HOST|ENDPOINT|ISSUER|POLICY|ID)$|PUBLIC|CACHE_KEY|SORT_KEY|PRIMARY_KEY|PARTITION_KEY"
    r"|ROUTING_KEY|TOKENIZER|TOKENS$"
)
_PLAIN_VALUE = re.compile(r"|true|false|yes|no|on|off|none|null|0|1|[./~].*|file:.*", re.IGNORECASE | re.DOTALL)
_PASSWORD_IN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]*?:([^/?#\s@]+)@")
_VARIABLE = "\0"  # in the place of one; no value of a hook file holds it


def secrets(settings: Sequence[Setting], waits: Sequence[Wait]) -> Iterator[Finding]:
    """The value is never shown."""
    for setting in settings:
        for name, value in setting.environment.items():
            at = (*setting.at, "environment", name)
            if _is_secret(name, value):
                yield _secret(at, f"{name} is written into the hook file, and its name says that it is a secret")
            elif _has_password(value):
                yield _secret(at, f"{name} is a URL with a password in it, written into the hook file")
    for wait in waits:
        if _has_password(wait.text):
            sentence = f"{quoted(hidden(wait.text))} has a password in it, written into the hook file"
            way_out = "leave user and password out, which nobody needs to knock, or write $DATABASE_URL, say"
            yield Finding("W312", wait.at, sentence, way_out)


def unset(settings: Sequence[Setting], waits: Sequence[Wait]) -> Iterator[Finding]:
    for setting in settings:
        for name, value in setting.environment.items():
            yield from _unset((*setting.at, "environment", name), name, setting.unset(value))
    for wait in waits:
        key = "ready" if wait.is_ready else "wait_for"
        yield from _unset(wait.at, key, wait.setting.unset(wait.text, own=True))


def _unset(at: Path, key: str, names: Sequence[str]) -> Iterator[Finding]:
    for name in names:
        if name in OF_A_SHELL:
            what = "path" if name.endswith("PWD") else "value"
            sentence = f"{key} needs {quoted('$' + name)}, which only a shell makes for itself"
            way_out = f"write the {what} itself, or $$ for a dollar sign: an ENTRYPOINT in exec form starts no shell"
            yield Finding("W313", at, sentence, way_out)
            continue
        sentence = (
            f"{key} needs {quoted('$' + name)}, which is not set here, and no pre_start hook before it hands it on"
        )
        way_out = (
            f"set {name} where the container is started, ENV {name}=... in the image, or write $$ for a dollar sign"
        )
        yield Finding("W313", at, sentence, way_out)


def _secret(at: Path, sentence: str) -> Finding:
    return Finding("W312", at, sentence, _WAY_OUT)


_WAY_OUT = "let the runtime set it and write $NAME, or have a pre_start hook write it to $LIFEINIT_ENV"


def _literal(text: str) -> str:
    """The text with a mark for each variable."""
    try:
        found = interpolation.pieces(text)
    except interpolation.ExpansionError:
        return text
    return "".join(_VARIABLE if i % 2 else part for i, part in enumerate(found))


def _is_secret(name: str, value: str) -> bool:
    upper, literal = name.upper(), _literal(value)
    speaks = _SECRET.search(upper) is not None and _HARMLESS.search(upper) is None
    return speaks and _VARIABLE not in literal and not _PLAIN_VALUE.fullmatch(literal)


def _has_password(value: str) -> bool:
    match = _PASSWORD_IN_URL.search(_literal(value))
    return match is not None and _VARIABLE not in match[1]
