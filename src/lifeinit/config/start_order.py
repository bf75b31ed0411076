"""The order in which the processes start, by their `after`."""

from lifeinit.config.diagnostic import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lifeinit.config.draft import Mark, ProcessDraft
    from lifeinit.config.model import Process
    from lifeinit.config.reporter import Reporter


def check(report: "Reporter", processes: "dict[str, Process]") -> None:
    """The names in `after` exist, and lead to no process twice."""
    for name, process in processes.items():
        for i, other in enumerate(process.after or ()):
            here, edits = (*process.path, "after", i), report.edit.removed((*process.path, "after"))
            if other == name:
                report.wrong("E222", here, f"{name} is after itself", "remove it", edits=edits, safe=False)
            elif other not in processes and other != "app":
                known = ", ".join(map(quoted, ("app", *(one for one in processes if one != name))))
                message = f"after contains {quoted(other)}, which is not a process"
                report.wrong("E223", here, message, f"write one of {known}")
            elif name in _before(other, processes):
                circle = f"{name} is after {other}, and {other} after {name}"
                report.wrong("E222", here, f"{circle}: neither could start", "remove one", edits=edits, safe=False)
                return  # each of the circle would say so


def _before(name: str, processes: "dict[str, Process]") -> set[str]:
    """All that a process is after, in one step or in several."""
    found: set[str] = set()
    coming = [name]
    while coming:
        process = processes.get(coming.pop())
        new = set(process.after or () if process else ()) - found
        found |= new
        coming += new
    return found


def in_order(drafts: "tuple[ProcessDraft, ...]", wrong: "Callable[[Mark, str], None]") -> "tuple[ProcessDraft, ...]":
    """Each behind those that it is after, else as they stand. The parser has refused circles."""
    known = {draft["name"] for draft in drafts}
    for other, at in (pair for draft in drafts for pair in draft["after"]):
        if other not in known:
            why = "and no command follows --: add one" if other == "app" else "which is not a process: add it"
            wrong(at, f'after contains "{other}", {why}, or remove it')
    left: dict[str, ProcessDraft] = {draft["name"]: draft for draft in drafts}
    found: list[ProcessDraft] = []
    while left:
        free = [name for name, draft in left.items() if left.keys().isdisjoint(dict(draft["after"]))]
        if not free:  # of Python code: the parser refuses it in a file
            wrong(next(iter(left.values()))["after"][0][1], f"{', '.join(left)} are after one another")
            return drafts
        found.append(left.pop(free[0]))
    return tuple(found)
