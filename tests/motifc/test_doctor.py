"""The doctor finds what is there and says how to get what is not."""

import importlib.metadata
import platform

import pytest

from motifc.doctor import Finding, doctor
from targets.runtime.backend import backend_names
from targets.runtime.registry import BACKENDS


def test_all_that_is_here_is_found() -> None:
    findings = {finding.name: finding for finding in doctor()}
    assert findings["Python"].found == platform.python_version()
    assert findings["numpy"] == Finding("numpy", importlib.metadata.version("numpy"))
    assert {f"backend {name}" for name in backend_names()} <= set(findings)
    assert all(finding.remedy for finding in findings.values() if finding.found.startswith("not "))


def test_what_is_missing_comes_with_its_purpose_and_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.metadata.version

    def version(name: str) -> str:
        if name in {"onnx", "lava-nc"}:
            raise importlib.metadata.PackageNotFoundError(name)
        return there(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(BACKENDS.load("lava"), "requirement", lambda: "lava wants two flags of pip.")
    findings = {finding.name: finding for finding in doctor()}
    assert findings["onnx"] == Finding("onnx", "not installed", 'the onnx backend needs it: pip install "motifc[onnx]"')
    assert findings["lava-nc"] == Finding("lava-nc", "not installed", "lava wants two flags of pip.")


def test_a_backend_that_is_not_ready_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BACKENDS.load("onnx"), "requirement", lambda: "onnx is asleep; wake it.")
    findings = {finding.name: finding for finding in doctor()}
    assert findings["backend onnx"] == Finding("backend onnx", "not ready", "onnx is asleep; wake it.")
