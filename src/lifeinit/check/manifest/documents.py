"""From the bytes of a manifest to its documents: JSON, or YAML where PyYAML is installed."""

import json
import sys
from typing import Final

from lifeinit.check.manifest.nodes import ManifestError

_LARGEST: Final = 16 << 20  # bytes
_LARGEST_YAML: Final = 1 << 19  # characters, which take PyYAML some seconds


def documents(name: str, raw: bytes) -> list[object]:
    """Every document of a manifest. Raises ManifestError."""
    if len(raw) > _LARGEST:
        raise ManifestError(f"{name} is larger than {_LARGEST >> 20} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ManifestError(f'{name} is not UTF-8: byte "0x{raw[error.start]:02x}"') from None
    if not text.strip():
        raise ManifestError(f"{name} is empty")
    try:
        return [json.loads(text)]
    except RecursionError:
        raise ManifestError(f"{name} is nested too deep") from None
    except ValueError as error:
        if text.lstrip()[0] in "{[" and not name.endswith((".yaml", ".yml")):
            place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
            raise ManifestError(f"{name} is not valid JSON{place}") from None
    return _yaml(name, text)


def _yaml(name: str, text: str) -> list[object]:
    """All scalars are strings: nothing is built of tags, and a merge key or an alias copies nothing."""
    try:
        import yaml  # noqa: PLC0415  # the check of a hook file needs none
    except ImportError:
        convert = "`docker compose config --format json` or `kubectl create --dry-run=client -o json -f FILE`"
        fix = f"takes PyYAML: pip install pyyaml, or convert it with {convert}"
        if hasattr(sys, "frozen"):  # the bundle's program, into which nothing can be installed
            fix = f"this program does not read: convert it with {convert}"
        raise ManifestError(f"{name} is YAML, which {fix}") from None
    if len(text) > _LARGEST_YAML:
        raise ManifestError(f"{name} is more than {_LARGEST_YAML >> 10} KiB of YAML: convert it to JSON")
    try:
        return [one for one in yaml.load_all(text, yaml.BaseLoader) if one not in (None, "")]
    except RecursionError:
        raise ManifestError(f"{name} is nested too deep") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark is not None else ""
        raise ManifestError(
            f"{name} is not valid YAML{place}: {getattr(error, 'problem', None) or 'unreadable'}"
        ) from None
    except (ValueError, TypeError, OverflowError) as error:  # a key that cannot be one, a character that is none
        raise ManifestError(f"{name} is not valid YAML: {str(error)[:100]}") from None
