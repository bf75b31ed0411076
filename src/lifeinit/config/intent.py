"""What a wrong value was meant to be: a misspelt signal, a duration in words, another tool's choice of words."""

import re

from lifeinit.engine.signals import RTMAX, RTMIN, name_of
from lifeinit.values import interpolation
from lifeinit.values.duration import parse as parse_duration

_LAST_PORT = 65535
_FIRST_FREE_PORT = 1024
_WELL_KNOWN_PORTS = (80, 443)
_LONGEST = 20  # characters of a value that is worth comparing
_UNUSABLE = {"KILL", "STOP", "CHLD"}
# Not compiled here: few files need any of them.
_SPOKEN = r"(?a)\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*"
_VARIABLE = r"(?a)\$\{?([A-Za-z_]\w*)(?::?-([0-9.]+)s?\}$)?"
_SHELLS_OWN = r"(?a)\$\{([A-Za-z_]\w*):?([-=?])"
_NO_SCHEME = r"(?a)(?:unix:)?(/[\w./-]{1,60})|(?:tcp:)?((?:[\w.-]{1,60}|\[[0-9a-f:]+\]):[0-9]{1,5})"
_BACKTICKS = r"[^`\s]*`[a-z./][^`]*`[^`\s]*"
_OF_SOCKET = r"/(?:run|tmp|var|dev)/.*|.*\.sock(?:et)?"
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), "ms"),
}

# What systemd, Compose and others call our choices.
CHOICES = {
    **dict.fromkeys(("ignore", "continue", "warning", "log"), ("warn",)),
    **dict.fromkeys(("fail", "error", "stop", "abort", "exit", "kill"), ("abort", "stop")),
    **dict.fromkeys(("unless-stopped", "true"), ("always",)),
    "always": ("restart",),
    **dict.fromkeys(("on-abnormal", "on-abort"), ("on-failure",)),
    **dict.fromkeys(("on_failure", "onfailure", "on-failure"), ("on-failure", "restart")),
    **dict.fromkeys(("never", "false", "none"), ("no",)),
    "no": ("warn",),
    **dict.fromkeys(("mixed", "control-group", "all"), ("group",)),
    "main": ("process",),
}


def choice(value: object, choices: tuple[str, ...]) -> str:
    """A question after the choice that another tool's word means; "" if there is none."""
    if value in ("on-watchdog", "on-unhealthy") and "on-failure" in choices:
        return 'remove it, and write on_failure = "restart" in alive'
    meant = other_choice(value, choices)
    return f'did you mean "{meant}"?' if meant else ""


def other_choice(value: object, choices: tuple[str, ...]) -> str:
    """The choice that another tool's word means; "" if there is none."""
    words = CHOICES.get(str(value).lower(), ()) if isinstance(value, str | bool) else ()
    return next((word for word in words if word in choices), "")


def port(value: object) -> int | None:
    """The port that a number seems to be; 8000 for a number that can be none, None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _LONGEST:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) and 0 < value <= _LAST_PORT else 8000


def time_or_port(value: object) -> tuple[str, str]:
    """The fix for a number in the place of a time or a port, and the address that it most likely is; "" for neither."""
    number = port(value)
    address = f"tcp://127.0.0.1:{number}"
    is_port = number in _WELL_KNOWN_PORTS or (number or 0) >= _FIRST_FREE_PORT
    time = f"{value}s" if is_duration(f"{value}s") else "5s"
    fix = f'write "{address}" for a port, or "{time}" for a time'
    return fix, address if is_port and str(value) == str(number) else ""


def url(text: str) -> str:
    """A question after the URL that an address or a path without its scheme means; "" if it is none of them."""
    if match := re.fullmatch(_NO_SCHEME, text):
        path, address = match.groups()
        if path and not text.startswith("unix:") and not re.fullmatch(_OF_SOCKET, path):
            return f'{http(path)}, or "unix://{path}" for a socket'
        return f'did you mean "{f"unix://{path}" if path else f"tcp://{address}"}"?'
    return ""


def http(text: str) -> str:
    """The fix for an `http` without its scheme."""
    if re.fullmatch(r"(?a)/[\w./-]{0,60}", text):
        return f'write "http://127.0.0.1:8000{text}" with the port of the app'
    if re.fullmatch(r"(?a)(?:[\w.-]{1,60}|\[[0-9a-f:]+\]):[0-9]{1,5}(?:/[\w./-]{0,60})?", text):
        return f'write "http://{text}"'
    return 'begin it with "http://" or "https://"'


def drain(value: object) -> str:
    """The fix for a `drain` that is not a port."""
    fix = "write the port that the app listens on, as in drain = 8000"
    is_time = isinstance(value, str) and is_duration(value)
    return f'{fix}, or sleep = "{value}" to only wait' if is_time else fix


def is_duration(value: str) -> bool:
    """Whether it has the form of a duration that is not 0."""
    try:
        return parse_duration(value) > 0
    except ValueError:
        return False


def dollar(text: str, name: str) -> str:
    """The fix for the first dollar sign that begins no variable, where it begins something of the shell; else "".

    `name` is the variable whose value the text is; "" for a target.
    """
    at = interpolation.stray(text)
    rest = "" if at is None else text[at:]
    if rest.startswith("$("):
        return f'commands are not run here: remove it, and {_hands_on(name)}, or write "$$" for a dollar sign'
    if match := re.match(_SHELLS_OWN, rest):
        variable, sign = match.groups()
        if sign == "?":
            return f'write "${variable}": if it is not set, nothing is started'
        return f'write "${variable}", and set the default in the image: ENV {variable}=...'
    return f"only $NAME and ${{NAME}} are expanded here: {_hands_on(name)}" if rest.startswith("${") else ""


def is_run_elsewhere(text: str) -> bool:
    """Whether it is a command in backticks, which only a shell would run."""
    return "`" in text and re.fullmatch(_BACKTICKS, text) is not None


def run_elsewhere(name: str) -> str:
    """The fix for such a value of the variable `name`."""
    return f"remove it, and {_hands_on(name)}"


def _hands_on(name: str) -> str:
    then = "" if name else ', and "$NAME" here'
    return f"have a pre_start hook write {name or 'NAME'}=... to $LIFEINIT_ENV{then}"


def without_variables(key: str, value: object) -> str:
    """The fix for a duration that is a variable; "" if there is none in it."""
    match = re.search(_VARIABLE, value) if isinstance(value, str) else None
    if match is None:
        return ""
    if key == "sleep":
        line = f'exec sleep "${{{match[1]}:-{match[2] or 3}}}"'
        return f"a duration cannot contain variables: write command = '{line}' instead, with a longer timeout"
    if key == "stop_timeout":
        return "a duration cannot contain variables: set LIFEINIT_STOP_TIMEOUT where the container is started"
    return "a duration cannot contain variables: write the time itself"


def duration(value: object, key: str) -> str:
    """A question after the duration that is written in words, `30 seconds`; "" if it is none."""
    if value is True and key == "watchdog":
        return 'write watchdog = "30s"'
    match = re.fullmatch(_SPOKEN, value) if isinstance(value, str) and len(value) <= _LONGEST else None
    unit = _UNITS.get(match[2].lower()) if match else None
    return f'did you mean "{match[1]}{unit}"?' if match and unit and f"{match[1]}{unit}" != value else ""


def signal(value: object) -> str:
    """A question after the signal that was meant by a number or a misspelt name; "" if there is none."""
    text = str(value) if isinstance(value, int) and 0 < value <= RTMAX else value
    if isinstance(value, bool) or not isinstance(text, str) or not 0 < len(text) <= _LONGEST:
        return ""
    if text.isascii() and text.isdecimal():
        name = name_of(int(text))
        return "" if name == str(int(text)) or name in _UNUSABLE else f'did you mean "{name}"?'
    import difflib  # noqa: PLC0415  # only a mistake pays for it

    short = text.strip().upper().removeprefix("SIG")
    names = [name for name in map(name_of, range(1, RTMIN)) if name not in _UNUSABLE]
    found = difflib.get_close_matches(short, names, n=1)
    return f'did you mean "{found[0]}"?' if found else ""
