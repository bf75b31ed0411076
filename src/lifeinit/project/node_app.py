"""A Node app by its package.json: how it is started without npm between lifeinit and it."""

import re
from typing import Final

from lifeinit.project.findings import App
from lifeinit.project.folder import Folder, table

_PLAIN: Final = re.compile(r"[\w@./:=,+-]+(?: [\w@./:=,+-]+)*", re.ASCII)  # no shell is needed to read it
_MANAGERS: Final = frozenset("npm npx yarn pnpm bun bunx deno env cross-env sh bash".split())
_ENTRIES: Final = ("server.js", "index.js", "app.js", "main.js")


def node_app(folder: Folder) -> App | None:
    """The Node app of the folder."""
    if not folder.has("package.json"):
        return None
    package = folder.json("package.json")
    start, main = table(package.get("scripts")).get("start"), package.get("main")
    command = _direct(start) if isinstance(start, str) else ()
    if command:
        return App(("Node",), command=command)
    if isinstance(start, str) and start.strip():
        comment = "npm starts a shell, which forwards no signal: signal the whole group."
        return App(("Node",), command=("npm", "start"), keys=(("stop_scope", "group", comment),))
    entry = main if isinstance(main, str) and main else next(filter(folder.has, _ENTRIES), "")
    return App(("Node",), command=("node", entry) if entry else ())


def _direct(script: str) -> tuple[str, ...]:
    """The command of a script that needs neither a shell nor npm; empty for another one."""
    words = tuple(script.split())
    if not words or not _PLAIN.fullmatch(script.strip()) or "=" in words[0] or words[0] in _MANAGERS:
        return ()
    return words if words[0] == "node" or "/" in words[0] else (f"node_modules/.bin/{words[0]}", *words[1:])
