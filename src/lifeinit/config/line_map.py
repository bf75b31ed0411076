"""Which file a line stands in, where the lines of a hook file and of its drop-ins are counted on from file to file."""

import os

from lifeinit.config.contents import folder_of
from lifeinit.config.diagnostic import Diagnostic, Edit, Place, Span
from lifeinit.engine.record import Record


class LineMap(Record):
    """`drop_ins` are names of files, each with the number of lines before it. `path` is that of the hook file."""

    path: str
    drop_ins: tuple[tuple[str, int], ...]

    def located(self, line: int) -> tuple[str, int]:
        """The name of the drop-in, empty for the hook file itself, and the number of the line there."""
        found = ("", 0)
        for drop_in in self.drop_ins:
            if drop_in[1] >= line:
                break
            found = drop_in
        return found[0], line - found[1]

    def path_of(self, name: str) -> str:
        """The path of a drop-in."""
        return os.path.join(folder_of(self.path), name)

    def localized(self, problem: Diagnostic) -> Diagnostic:
        """The same as it is told: with the drop-in, and the places in it. Edits of two files at once are left out."""
        name, line = self.located(problem.span.start.line)
        before = problem.span.start.line - line
        edits = tuple(Edit(_moved(span, before), text) for span, text in problem.edits)
        if any(self.located(span.start.line)[0] != name for span, _ in problem.edits):
            edits = ()
        file = self.path_of(name) if name else ""
        return problem.replaced(span=_moved(problem.span, before), edits=edits, file=file)


def _moved(span: Span, lines: int) -> Span:
    return Span(*(Place(place.line - lines, place.column) for place in span))
