"""Write down what a real etcdctl 3.7 does: ``python -m tests.parity.record --etcdctl PATH``."""

from __future__ import annotations

import argparse
import json
from base64 import b64encode
from pathlib import Path

from tests.parity.invocations import newer
from tests.parity.side_by_side import outcomes

RECORDED = Path(__file__).parent / "etcdctl-3.7.json"


def main() -> None:
    """Record every invocation of ``newer()``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--etcdctl", required=True, help="a real etcdctl 3.7")
    program = [parser.parse_args().etcdctl]
    invocations = newer()
    records = [
        {
            "invocation": str(invocation),
            "stdout": b64encode(outcome.stdout).decode(),
            "error": outcome.error,
            "exit_code": outcome.exit_code,
        }
        for invocation, outcome in zip(invocations, outcomes(program, invocations), strict=True)
    ]
    RECORDED.write_text(json.dumps(records, indent=1) + "\n")


if __name__ == "__main__":
    main()
