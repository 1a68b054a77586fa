"""Rebuild ``printable.py`` from the tables of Unicode 15.0, which are those of etcdctl's Go.

Python 3.12 has the same: ``python3.12 -m pyetcdctl.output.generate``.
"""

from __future__ import annotations

import sys
import textwrap
import unicodedata
from itertools import groupby, pairwise
from pathlib import Path

UNICODE = "15.0.0"
MODULE = '''\
"""Which characters Go prints as they are; written by ``generate.py``.

Python's own result depends on its release, for each brings a newer Unicode.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

_RUNS = """
{runs}
"""
"""How many characters are not printable, how many are, and so on in turn."""

_CHANGES = list(accumulate(int(run, 16) for run in _RUNS.split()))


def is_printable(character: str) -> bool:
    """Whether Go's ``strconv.IsPrint`` holds."""
    return bisect_right(_CHANGES, ord(character)) % 2 == 1
'''


def main() -> None:
    """Write the module."""
    if unicodedata.unidata_version != UNICODE:
        raise SystemExit(f"this Python has Unicode {unicodedata.unidata_version}, not {UNICODE}")
    groups = groupby(range(sys.maxunicode + 1), lambda point: chr(point).isprintable())
    starts = [next(points) for _, points in groups]
    runs = " ".join(f"{after - before:x}" for before, after in pairwise(starts))
    path = Path(__file__).with_name("printable.py")
    path.write_text(MODULE.format(runs=textwrap.fill(runs, 96)))


if __name__ == "__main__":
    main()
