"""motifc doctor."""

from motifc.commands.console import emit
from motifc.commands.options import AsJson


def doctor_command(as_json: AsJson = False) -> None:
    """Say what is installed, which device there is, what is missing and the exact command."""
    from motifc.doctor import doctor
    from motifc.tables import show_findings

    findings = doctor()
    emit([vars(finding) for finding in findings], as_json, lambda: show_findings(findings))
