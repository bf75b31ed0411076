"""Everything that a hook file asks of this machine, and what of it this machine does not have."""

from collections.abc import Sequence
from dataclasses import replace

from lifeinit.check.host import (
    directories,
    environment_checks,
    exported_variables,
    removal,
    shell_idioms,
    signal_delivery,
)
from lifeinit.check.host.access import Files
from lifeinit.check.host.accounts import Accounts
from lifeinit.check.host.command_lookup import Commands
from lifeinit.check.host.program_lookup import Programs
from lifeinit.check.host.tasks import Survey
from lifeinit.check.host.writable_by_others import Trust
from lifeinit.check.rules.rule import Finding
from lifeinit.config.model import HookFile
from lifeinit.engine.printable import escaped


def inspect(hook_file: HookFile, command: Sequence[str] = (), file: str | None = None) -> list[Finding]:
    """What cannot work here, or will surprise. `command` is the app's own, `file` where the hook file lies.

    Nothing is started but `sh -n`; what cannot be known before it runs is not said.
    """
    accounts, files = Accounts(), Files()
    programs, survey = Programs(files), Survey(hook_file, command, accounts)
    trust = Trust(files, programs, tuple(survey.apps()))
    found = (
        *accounts.findings(hook_file),
        *directories.directories(survey, files),
        *Commands(programs, survey.tasks).findings(),
        *shell_idioms.findings(hook_file, survey.tasks),
        *exported_variables.findings(survey.tasks),
        *removal.findings(hook_file, survey.tasks),
        *signal_delivery.findings(hook_file, programs, survey.tasks),
        *trust.hook_file(file, survey),
        *trust.hooks(survey.tasks),
        *environment_checks.secrets(survey.settings, survey.waits),
        *environment_checks.unset(survey.settings, survey.waits),
        *directories.targets(survey, files),
    )
    return list(dict.fromkeys(map(_printable, found)))


def _printable(finding: Finding) -> Finding:
    """Paths of the file and words of the shell may hold what a terminal would obey."""
    return replace(finding, sentence=escaped(finding.sentence), help=escaped(finding.help))
