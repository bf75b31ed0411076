"""Words of the command line and of hook files in plain sentences: between backticks, as in the documentation."""

import re
from typing import Final

_WORD: Final = re.compile(
    r"`[^`]*`"  # marked already
    r"|(?<![\w`-])--[a-z][a-z-]*"  # options
    r"|(?<!\S)--(?![\w-])"
    r"|(?<!\w)[A-Z]{2,}_[A-Z_]*(=\S*[^\s.,;])?"  # variables
    r"|(?<!\w)\$\{?[A-Za-z]+\}?|\$\$"
    r"|(?<!\w)[a-z]+_[a-z_]+(\[0\])?(?!\w|\(\d)"  # keys
    r"|(?<!\w)[a-z]+://(?:/?[A-Z:]+)?(?!\w)"  # targets
    r'|(?<!\w)"[^"\s]*"'  # values
    r"|(?<![\w/])[~.]?/[\w./-]*\w|(?<!\w)hooks\.toml"  # paths
    r"|(?<!\w)[A-Z]+:[A-Z]*(?=[.,; ])"  # rewrites
)


def marked(text: str) -> str:
    """The sentence with its code between backticks. What holds spaces or backticks already stays as it is."""
    return _WORD.sub(lambda found: found[0] if found[0].startswith("`") else f"`{found[0]}`", text)
