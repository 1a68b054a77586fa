"""A snapshot's figures as the cells of a line or of a table's row, and its faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pyetcdctl.escaping import terminal_safe
from pyetcdctl.output.units import decimal_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.file_results import SnapshotCheck, SnapshotStatus
    from pyetcdctl.settings import OutputSettings

TITLES = ("hash", "revision", "total keys", "total size", "version")


def figures(status: SnapshotStatus) -> tuple[str, ...]:
    """Return the figures in the order of the titles."""
    return (
        f"{status.hash:x}",
        str(status.revision),
        str(status.keys),
        decimal_size(status.size),
        status.version,
    )


def check_lines(check: SnapshotCheck, settings: OutputSettings) -> Iterator[str]:
    """Yield a line for each fault, and one about the whole file."""
    for where, what in check.faults:
        line = f"{where}: {what}"
        yield _safe(line) if settings.terminal else line
    if not check.faults:
        yield (
            f"{check.path}: nothing is wrong; {check.keys:,} keys, {check.records:,} records up to"
            f" revision {check.revision:,}"
        )
        return
    total = len(check.faults) + check.omitted
    omitted = f", of which {check.omitted:,} are not shown" if check.omitted else ""
    yield f"{check.path}: {total:,} {'fault' if total == 1 else 'faults'}{omitted}"


def check_json(check: SnapshotCheck) -> str:
    """Return the same as JSON."""
    return json.dumps(
        {
            "file": check.path,
            "sound": not check.faults,
            "faults": [fault._asdict() for fault in check.faults],
            "omitted": check.omitted,
            "keys": check.keys,
            "records": check.records,
            "revision": check.revision,
            "has_hash": check.has_digest,
        }
    )


def _safe(line: str) -> str:
    return terminal_safe(line.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
