"""The variable LIFEINIT_STOP_TIMEOUT, which takes precedence over the hook file."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def stop_timeout_of(environment: "Mapping[str, str]") -> float | None:
    """LIFEINIT_STOP_TIMEOUT, in seconds; there a bare number can only be seconds. Raises ValueError with a sentence."""
    text = environment.get("LIFEINIT_STOP_TIMEOUT")
    if not text:
        return None
    from lifeinit.config.diagnostic import quoted  # noqa: PLC0415
    from lifeinit.values import duration  # noqa: PLC0415

    try:
        seconds = duration.parse_variable(text)
    except ValueError as error:
        raise ValueError(f"LIFEINIT_STOP_TIMEOUT is {quoted(text)}, {error}") from None
    if seconds == 0:
        fix = 'which leaves no time at all: write at least "1s"'
        raise ValueError(f"LIFEINIT_STOP_TIMEOUT is {quoted(text)}, {fix}")
    return seconds
