"""motifc doctor."""

import json

from tests.motifc.command_line import Motifc


def test_doctor_lists_every_backend(motifc: Motifc) -> None:
    outcome = motifc("doctor", "--json")
    assert outcome.status == 0
    findings = {finding["name"]: finding["found"] for finding in json.loads(outcome.out)}
    assert findings["backend numpy"] == "ready"
    assert {"backend torch", "backend onnx", "backend lava", "device", "Python"} <= set(findings)
