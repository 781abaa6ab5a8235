"""motifc export."""

from pathlib import Path

from tests.motifc.command_line import Motifc


def test_export_writes_onnx_and_lava(motifc: Motifc) -> None:
    assert motifc("export", "net.program", "--format", "onnx", "--out", "net.onnx").status == 0
    assert motifc("export", "net.program", "--format", "lava", "--out", "net_lava").status == 0
    assert Path("net.onnx").stat().st_size > 1000
    assert Path("net_lava").is_dir()
