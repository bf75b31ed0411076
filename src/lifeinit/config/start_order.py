"""The order in which the processes start, by their `after`."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lifeinit.config.draft import Mark, ProcessDraft


def in_order(drafts: "tuple[ProcessDraft, ...]", wrong: "Callable[[Mark, str], None]") -> "tuple[ProcessDraft, ...]":
    """Each behind those that it is after, else as they stand. The parser has refused circles."""
    known = {draft["name"] for draft in drafts}
    for other, at in (pair for draft in drafts for pair in draft["after"]):
        if other not in known:
            why = "and no command follows --: add one" if other == "app" else "which is not a process: add it"
            wrong(at, f'after holds "{other}", {why}, or leave it out')
    left: dict[str, ProcessDraft] = {draft["name"]: draft for draft in drafts}
    found: list[ProcessDraft] = []
    while left:
        free = [name for name, draft in left.items() if left.keys().isdisjoint(dict(draft["after"]))]
        if not free:  # of Python code: the parser refuses it in a file
            wrong(next(iter(left.values()))["after"][0][1], f"{', '.join(left)} are after one another")
            return drafts
        found.append(left.pop(free[0]))
    return tuple(found)
