"""A provenance that several tests store."""

import numpy as np

from targets.contracts.provenance import DataOrigin, Making, Provenance

PROVENANCE = Provenance(
    trained_on=(
        DataOrigin(
            "digits", "", 3, "5eed" * 16, train=862, valid=575, test=360, trained=np.array([1, 2**64 - 1], "u8")
        ),
    ),
    made=(
        Making(
            step="search by hrmas",
            command="motifc search --data digits --seed 3 --out net.network",
            versions={"python": "3.11.9", "torch": "2.13.0"},
            device="cpu",
            threads=1,
            cpu="a processor",
            date="2026-11-28T12:00:00+00:00",
        ),
    ),
)
