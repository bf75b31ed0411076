"""Everything that a hook file asks of this machine, and what of it this machine does not have."""

from collections.abc import Sequence
from dataclasses import replace

from lifeinit.hookfile.model import HookFile
from lifeinit.hookfile.problem import escaped
from lifeinit.inspection import apps, environment, habits, handing, places, removal
from lifeinit.inspection.access import Files
from lifeinit.inspection.accounts import Accounts
from lifeinit.inspection.commands import Commands
from lifeinit.inspection.programs import Programs
from lifeinit.inspection.tasks import Survey
from lifeinit.inspection.trust import Trust
from lifeinit.rules.rule import Finding


def inspect(hook_file: HookFile, command: Sequence[str] = (), file: str | None = None) -> list[Finding]:
    """What cannot work here, or will surprise. `command` is the app's own, `file` where the hook file lies.

    Nothing is started but `sh -n`; what cannot be known before it runs is not said.
    """
    accounts, files = Accounts(), Files()
    programs, survey = Programs(files), Survey(hook_file, command, accounts)
    trust = Trust(files, programs, tuple(survey.apps()))
    found = (
        *accounts.findings(hook_file),
        *places.directories(survey, files),
        *Commands(programs, survey.tasks).findings(),
        *habits.findings(hook_file, survey.tasks),
        *handing.findings(survey.tasks),
        *removal.findings(hook_file, survey.tasks),
        *apps.findings(hook_file, programs, survey.tasks),
        *trust.hook_file(file, survey),
        *trust.hooks(survey.tasks),
        *environment.secrets(survey.settings, survey.waits),
        *environment.unset(survey.settings, survey.waits),
        *places.targets(survey, files),
    )
    return list(dict.fromkeys(map(_printable, found)))


def _printable(finding: Finding) -> Finding:
    """Paths of the file and words of the shell may hold what a terminal would obey."""
    return replace(finding, sentence=escaped(finding.sentence), help=escaped(finding.help))
