"""What a line uses that /bin/sh does not have: E317 where the shell exits, W326 where it does something else.

And W327, what ShellCheck knows beyond that.
"""

import os
from collections.abc import Iterable, Iterator, Mapping

from lifeinit.check.host import shell_dialect, shell_probe, shell_syntax, shellcheck
from lifeinit.check.host.invocation import diagnostic
from lifeinit.check.host.shell_dialect import Use
from lifeinit.check.host.shell_probe import Answer
from lifeinit.check.host.tasks import Task
from lifeinit.config.diagnostic import Diagnostic, quoted


class Differences:
    """The uses of all lines, and what the shell has answered about them."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._uses = {line: shell_dialect.uses(line) for line in lines}
        self._shell = os.path.basename(os.path.realpath(shell_syntax.SHELL))
        self._answers: Mapping[str, Answer] = shell_probe.answers(
            use.construct.probe for uses in self._uses.values() for use in uses
        )
        self._findings = shellcheck.findings(self._uses, self._shell)

    def missing(self, line: str) -> Iterator[tuple[Use, Answer]]:
        for use in self._uses.get(line, ()):
            answer = self._answers.get(use.construct.probe) or self._known(use)
            if answer != "yes":
                yield use, answer

    def diagnostics(self, task: Task, line: str) -> Iterator[Diagnostic]:
        for use, answer in self.missing(line):
            code = "E317" if answer == "dies" and use.reached else "W326"
            message, safe = self._message(line, use, answer), use.construct.pattern != "pipefail"
            yield diagnostic(task, code, message, use.construct.fix, use.range, use.edits, safe=safe)

        asked = [use.range for use in self._uses.get(line, ())]
        for finding in self._findings.get(line, ()):
            start, end = finding.range
            if not any(first < end and start < last for first, last in asked):
                message = f"ShellCheck SC{finding.code}: {finding.message.rstrip('.')}"
                fix = f"see https://www.shellcheck.net/wiki/SC{finding.code}"
                yield diagnostic(task, "W327", message, fix, finding.range, finding.edits)

    def refusal(self, task: Task, line: str, reason: str) -> Diagnostic | None:
        """E316 where the shell refuses the line because of something that it does not have."""
        for use, answer in self.missing(line):
            if answer == "dies" and use.construct.is_syntax:
                message = f"invalid shell syntax: {reason}: {self._message(line, use, answer)}"
                return diagnostic(task, "E316", message, use.construct.fix, use.range, use.edits, safe=True)
        return None

    def _known(self, use: Use) -> Answer:
        """Where no shell answers: dash is known, but for what newer versions of it have."""
        return "no" if self._shell == "dash" and use.construct.pattern != "pipefail" else "yes"

    def _message(self, line: str, use: Use, answer: Answer) -> str:
        who = shell_syntax.SHELL if self._shell == "sh" else f"{shell_syntax.SHELL} is {self._shell}, which"
        what = use.construct.name.format(quoted(line[slice(*use.range)]))
        end = ", and the shell exits" if answer == "dies" and not use.construct.is_syntax else ""
        return f"{who} does not support the {what}: {use.construct.effect}{end}"
