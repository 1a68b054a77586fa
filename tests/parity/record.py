"""Record what a real etcdctl 3.7 prints: ``python -m tests.parity.record --etcdctl PATH``."""

from __future__ import annotations

import argparse
import json
from base64 import b64encode
from typing import TYPE_CHECKING

from tests.parity.areas import areas
from tests.parity.side_by_side import by_process, outcomes

if TYPE_CHECKING:
    from tests.parity.areas import Area
    from tests.parity.side_by_side import Run


def main() -> None:
    """Record every invocation of ``newer()`` of one area or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--etcdctl", required=True, help="a real etcdctl 3.7")
    parser.add_argument("area", nargs="?", help="only this area")
    arguments = parser.parse_args()
    for area in areas():
        if arguments.area in (None, area.name):
            record(area, by_process(arguments.etcdctl))


def record(area: Area, run: Run) -> None:
    """Record an area."""
    records = [
        {
            "invocation": str(invocation),
            "stdout": b64encode(outcome.stdout).decode(),
            "error": outcome.error,
            "exit_code": outcome.exit_code,
        }
        for invocation, outcome in zip(
            area.newer, outcomes(run, area.newer, area.flags), strict=True
        )
    ]
    area.recorded.write_text(json.dumps(records, indent=1) + "\n")


if __name__ == "__main__":
    main()
