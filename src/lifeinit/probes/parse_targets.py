"""Targets as the user wrote them: expanded and parsed, or refused in a sentence that gives no secret away."""

import os

from lifeinit.engine.printable import quote
from lifeinit.probes.targets import Target, hidden, parse
from lifeinit.values.interpolation import ExpansionError, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def resolve(
    texts: "Iterable[str]", variables: "Mapping[str, str]", cannot: str = "cannot wait for"
) -> tuple[list[Target], list[str]]:
    """The targets, and a sentence for each text that is none. What a variable holds is never shown."""
    targets, sentences = [], []
    for text in texts:
        whose = ""
        try:
            expanded = expand(text, variables)
            whose = "" if expanded == text else "the value of "
            targets.append(parse(expanded))
        except ValueError as error:
            end = f"which holds {error}" if isinstance(error, ExpansionError) else str(error)
            sentences.append(f"{cannot} {whose}{quote(os.fsencode(hidden(text)))}, {end}")
    return targets, sentences
