"""A worker of fuzz: python -m motifc.workers.fuzz_worker TASK, as JSON, told the number of a program on every line."""

import json
import sys

from motifc.workers.fuzzing import named_runner
from motifc.workers.serve import serve
from targets.conformance.fuzz import fuzz, save_failure


def main() -> None:
    """Fuzz what standard input names; a line of JSON for each program: counts, and [backend, difference] of faults."""
    told = json.loads(sys.argv[1])
    runners = {name: named_runner(name) for name in told["backends"]}

    def run(line: str) -> str:
        report = fuzz(
            1,
            told["seed"],
            runners,
            start=int(line),
            shrink_runs=told["shrink_runs"],
            residuals=told["residuals"],
        )
        for failure in report.failures:
            save_failure(failure, told["folder"])
        counts = {key: getattr(report, key) for key in ("spikes", "bins", "states")}
        return json.dumps(counts | {"failures": [[each.backend, each.difference] for each in report.failures]})

    serve(run)


if __name__ == "__main__":
    main()
