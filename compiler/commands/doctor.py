"""motifc doctor."""

from compiler.commands.console import emit
from compiler.commands.options import AsJson
from compiler.doctor import doctor
from compiler.tables import show_findings


def doctor_command(as_json: AsJson = False) -> None:
    """Say what is installed, which device there is, what is missing and the exact command."""
    findings = doctor()
    emit([vars(finding) for finding in findings], as_json, lambda: show_findings(findings))
