"""motifc doctor."""

import json

from targets.runtime.backend import backend_names, ready_backends
from tests.motifc.command_line import Motifc


def test_doctor_lists_every_backend(motifc: Motifc) -> None:
    outcome = motifc("doctor", "--json")
    assert outcome.status == 0
    findings = {finding["name"]: finding["found"] for finding in json.loads(outcome.out)}
    assert {f"backend {name}" for name in backend_names()} | {"device", "Python"} <= set(findings)
    assert all(findings[f"backend {known.name}"] == "ready" for known in ready_backends())
    assert all(package in findings for known in ready_backends() for package in known.packages)
