"""Files of events written from the descriptions of their formats, none of it shared with the readers."""

import struct
from pathlib import Path

import numpy as np

from search.data.encoders.events import EVENT_DTYPE
from targets.contracts.arrays import Array
from tests.search.data.tasks.event_files import some_events, write_aedat

CHIPS = {
    "DVS128": "ch.unizh.ini.jaer.chip.retina.DVS128",
    "DAVIS240": "eu.seebetter.ini.chips.davis.DAVIS240C",
    "DAVIS346": "eu.seebetter.ini.chips.davis.Davis346blue",
    "DAVIS640": "eu.seebetter.ini.chips.davis.Davis640",
}


def write_aedat2(path: Path, events: Array, camera: str, width: int, height: int, named: bool = True) -> Path:
    """What jAER writes: x from the right, y from below, and of a DVS128 polarity 0 for brighter."""
    chip = f"# AEChip: {CHIPS[camera]}\r\n" if named else ""
    content = f"#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n{chip}".encode()
    for x, y, t, p in events.tolist():
        column, row = width - 1 - x, height - 1 - y
        if camera == "DVS128":
            address = row * 2**8 + column * 2 + (0 if p else 1)
        else:
            address = row * 2**22 + column * 2**12 + (2**11 if p else 0)
        content += struct.pack(">II", address, t % 2**32)
    path.write_bytes(content)
    return path


def write_aedat4(path: Path, packets: list[Array], sensor: tuple[int, int] = (64, 48), streams: str = "EVTS") -> Path:
    """An AEDAT 4.0 file without compression and without the table behind its data; stream 1 beside it are frames."""
    kinds = [*streams.split(), "FRME"]
    nodes = "".join(
        f'<node name="{number}"><attr key="typeIdentifier" type="string">{kind}</attr><node name="info">'
        f'<attr key="sizeX" type="int">{sensor[0]}</attr><attr key="sizeY" type="int">{sensor[1]}</attr></node></node>'
        for number, kind in enumerate(kinds)
    )
    xml = f'<dv version="2.0"><node name="outInfo" path="/outInfo/">{nodes}</node></dv>'.encode()
    # the root table with its vtable of three fields: compression is absent, the table's place -1, the text behind
    vtable = struct.pack("<5H", 10, 16, 0, 8, 4)
    table = struct.pack("<iIq", 12, 12, -1) + struct.pack("<I", len(xml)) + xml + b"\0"
    header = struct.pack("<I4s", 20, b"IOHE") + vtable + b"\0\0" + table
    content = b"#!AER-DAT4.0\r\n" + struct.pack("<I", len(header)) + header
    for events in packets:
        body = b"".join(struct.pack("<qhhB3x", t, x, y, p) for x, y, t, p in events.tolist())
        root = struct.pack("<I4sHHHxxiII", 16, b"EVTS", 6, 8, 4, 8, 4, len(events))
        content += struct.pack("<iiI", 0, 4 + len(root) + len(body), len(root) + len(body)) + root + body
        content += struct.pack("<ii4s", len(kinds) - 1, 4, b"none")
    path.write_bytes(content)
    return path


def write_dat(path: Path, events: Array, version: str = "2", kind: tuple[int, int] = (12, 8)) -> Path:
    header = f"% Data file containing CD events\n% Version {version}\n% Width 640\n% Height 480\n".encode()
    words = [struct.pack("<II", t % 2**32, x + y * 2**14 + p * 2**28) for x, y, t, p in events.tolist()]
    path.write_bytes(header + bytes(kind) + b"".join(words))
    return path


def write_evt2(path: Path, events: Array, version: str = "2.0") -> Path:
    """An upper half of the time wherever it changes; between events a trigger and an extension."""
    content = f"% camera_integrator_name Prophesee\n% evt {version}\n% geometry 640x480\n% end\n".encode()
    high = None
    for number, (x, y, t, p) in enumerate(events.tolist()):
        if t // 64 != high:
            high = t // 64
            content += struct.pack("<I", 8 * 2**28 + high % 2**28)
        if number % 50 == 7:
            content += struct.pack("<II", 10 * 2**28, 14 * 2**28 + 12345)
        content += struct.pack("<I", p * 2**28 + t % 64 * 2**22 + x * 2**11 + y)
    path.write_bytes(content)
    return path


def write_evt3(path: Path, events: Array, vectors: bool = True, triggers: bool = True) -> Path:
    """The state is written where it changes; events of one time, row and polarity become vectors, if wanted."""
    words: list[int] = []
    high = low = line = None
    rows = events.tolist()
    first = 0
    while first < len(rows):
        x, y, t, p = rows[first]
        if t // 4096 != high:
            high, low = t // 4096, None
            words.append(8 * 4096 + high % 4096)
        if t % 4096 != low:
            low = t % 4096
            words.append(6 * 4096 + low)
        if y != line:
            line = y
            words.append(y)
        last = first + 1
        while last < len(rows) and rows[last][1:] == (y, t, p) and rows[last][0] > rows[last - 1][0]:
            last += 1
        columns = [row[0] for row in rows[first:last]]
        first = last
        if not vectors or len(columns) == 1:
            words += [2 * 4096 + p * 2048 + column for column in columns]
            continue
        words.append(3 * 4096 + p * 2048 + x)
        base = columns[0]
        while base <= columns[-1]:
            width, kind = (12, 4) if columns[-1] - base >= 8 else (8, 5)
            words.append(kind * 4096 + sum(2 ** (c - base) for c in columns if base <= c < base + width))
            base += width
        words += [10 * 4096, 14 * 4096 + 5, 15 * 4096 + 77, 7 * 4096 + 3] if triggers else []
    header = b"% evt 3.0\n% format EVT3;height=480;width=640\n% geometry 640x480\n% end\n"
    path.write_bytes(header + np.array(words, "<u2").tobytes())
    return path


def clustered(seed: int, number: int = 400) -> Array:
    """Events of which many share a time, a row and a polarity, as a row of a sensor is read at once."""
    generator = np.random.default_rng(seed)
    bursts = []
    for t in np.sort(generator.integers(0, 300_000, number // 8)):
        columns = np.flatnonzero(generator.random(60) < 0.2) + generator.integers(0, 500)
        burst = np.empty(len(columns), EVENT_DTYPE)
        burst["x"], burst["y"], burst["t"], burst["p"] = columns, generator.integers(480), t, generator.random() < 0.5
        bursts.append(burst)
    return np.concatenate(bursts)


def every_format(folder: Path, seed: int = 0, divisor: int = 1) -> dict[str, Path]:
    """A small recording of 0.3 s in every format that is read; its times in microseconds, divided by `divisor`."""
    folder.mkdir(parents=True, exist_ok=True)
    events, bursts = some_events(seed, 200, 128, 120), clustered(seed)
    for each in (events, bursts):
        each["t"] //= divisor
    written = {
        "aedat2": write_aedat2(folder / "dvs.aedat", events, "DVS128", 128, 128),
        "aedat2 davis": write_aedat2(folder / "davis.aedat", events, "DAVIS240", 240, 180),
        "aedat3": folder / "three.aedat",
        "aedat4": write_aedat4(folder / "four.aedat4", [events[:150], events[150:]], (128, 120)),
        "dat": write_dat(folder / "a.dat", events),
        "evt2": write_evt2(folder / "two.raw", events),
        "evt3": write_evt3(folder / "three.raw", bursts),
        "n-mnist": folder / "n.bin",
    }
    write_aedat(written["aedat3"], [(1, 0, events)])
    written["n-mnist"].write_bytes(
        b"".join(bytes([x, y, p << 7 | t >> 16, t >> 8 & 255, t & 255]) for x, y, t, p in events.tolist())
    )
    return written
