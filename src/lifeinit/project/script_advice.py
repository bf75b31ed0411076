"""What to write instead of a statement of an entrypoint script that becomes no hook."""

import re
from typing import Final

_DEFAULT: Final = re.compile(r"""(?:export )?(\w+)=["']?\$\{\1:-([^}$]*)\}["']?|: ["']?\$\{(\w+):=([^}$]*)\}["']?""")
_LITERAL: Final = re.compile(r"""export (\w+)=([\w@./:,+-]*|"[^"$`\\]*")""")
_FROM_FILE: Final = (
    "write NAME=VALUE to $LIFEINIT_ENV in a pre_start hook, or, if only the app needs it, "
    'environment = { NAME = { file = "/run/secrets/NAME" } } in [app]'
)
_ADVICE: Final = (
    (r"^trap\b.*\bEXIT\b", "write what it does as a post_stop hook, which runs however the app ends"),
    (r"^trap\b", "lifeinit forwards the signal: what else this does is a pre_stop hook"),
    (r"kill\b", "lifeinit forwards the signal: what else this does is a pre_stop hook"),
    (r"\bgosu\b|\bsu-exec\b|\bsetpriv\b|\bsu -", 'write user = "NAME" in [app]'),
    (r"/run/secrets/|\w_FILE\b", _FROM_FILE),
    (r"^(export )?\w+=", "write ENV in the Dockerfile, or NAME=VALUE to $LIFEINIT_ENV in a pre_start hook"),
    (r"^if\b", "write it as a pre_start hook; unless = \"COMMAND\" skips a hook"),
    (r"^(while|until|for)\b", "write a wait_for, or the loop as a pre_start hook"),
    (r"&$", "write it as a [process.NAME], which runs beside the app"),
    (r"^exec\b|^\"\$@\"", "write the app as the CMD of the Dockerfile"),
)  # fmt: skip


def advice_on(statement: str, *, is_started: bool) -> str:
    """A sentence without its full stop. `is_started`: the app runs already."""
    default = _DEFAULT.fullmatch(statement)
    if default:
        name, value = (default[1], default[2]) if default[1] else (default[3], default[4])
        return f"write ENV {name}={value} in the Dockerfile"
    if literal := _LITERAL.fullmatch(statement):
        return f"write ENV {literal[1]}={literal[2]} in the Dockerfile"
    found = next((advice for pattern, advice in _ADVICE if re.search(pattern, statement)), "")
    if found:
        return found
    return f"write it as a {'post_stop' if is_started else 'pre_start'} hook, if it is still needed"
