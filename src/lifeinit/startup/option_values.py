"""What the values of options mean: signals, rewrites, exit statuses, users and lines for the shell."""

from lifeinit.engine.signals import VALID, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from lifeinit.config.users import Account


def signal_number(text: str) -> int:
    """`TERM`, `SIGTERM`, `RTMIN+1` or `15`."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else number_of(text)
    if number is None or number not in VALID:
        raise ValueError('not a signal: write a name such as "TERM" or a number such as "15"')
    return number


def rewrite(text: str) -> tuple[int, int | None]:
    """`15:3` or `TERM:QUIT`; `TERM:` and `15:0` drop it."""
    came, colon, goes = text.partition(":")
    if not colon:
        raise ValueError('not a rewrite: write two signals such as "TERM:QUIT", or "TERM:" to drop one')
    return signal_number(came), None if goes in {"", "0"} else signal_number(goes)


def line(text: str) -> str:
    """A command for the shell."""
    if not text.strip():
        raise ValueError("an empty string: write a shell command")
    return text


def _codes(text: str) -> frozenset[int]:
    from lifeinit.values import exit_codes  # noqa: PLC0415  # as below

    return exit_codes.parse(text)


def _account(text: str) -> "Account":
    from lifeinit.config import users  # noqa: PLC0415  # few starts name one

    return users.account(text)


# For each kind of option that is more than a text: raises ValueError with the end of a sentence.
READERS: "Final[dict[str, Callable[[str], object]]]" = {
    "user": _account,
    "codes": _codes,
    "signal": signal_number,
    "rewrite": rewrite,
    "line": line,
}
