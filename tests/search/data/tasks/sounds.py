"""Sound files as the real ones are on disk."""

import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from targets.contracts.arrays import Floats


def tone(seconds: float, hertz: float, rate: int = 8000, amplitude: float = 0.5) -> Floats:
    """A sine, float64 [sample]."""
    return np.asarray(amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate))


def write_wav(path: Path, sound: npt.ArrayLike, rate: int = 8000, channels: int = 1, width: int = 2) -> Path:
    """A RIFF file of 16 bits, or of 8 (unsigned, as the format has it)."""
    values = np.asarray(sound, np.float64)
    data = np.round(values * 32767).astype("<i2") if width == 2 else np.round(values * 127 + 128).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", "not compressed"))
        file.writeframes(data.tobytes())
    return path


def write_sphere(
    path: Path, sound: npt.ArrayLike, rate: int = 12_500, order: str = "01", other: Mapping[str, str] | None = None
) -> Path:
    """A NIST SPHERE file of 16 bits, byte order 01 (low byte first) or 10; `other` replaces or adds header lines."""
    data = np.round(np.asarray(sound, np.float64) * 32767).astype({"01": "<i2", "10": ">i2"}.get(order, "<i2"))
    fields = {
        "database_id": "-s4 TI46",
        "sample_count": f"-i {data.size}",
        "sample_rate": f"-i {rate}",
        "channel_count": "-i 1",
        "sample_n_bytes": "-i 2",
        "sample_byte_format": f"-s2 {order}",
        "sample_coding": "-s3 pcm",
    } | dict(other or {})
    lines = ["NIST_1A", "   1024", *(f"{name} {value}" for name, value in fields.items()), "end_head", ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join(lines).encode().ljust(1024, b"\0") + data.tobytes())
    return path
