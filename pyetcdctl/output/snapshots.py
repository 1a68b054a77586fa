"""A snapshot's figures as the words of a line or of a table's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.output.units import decimal_size

if TYPE_CHECKING:
    from pyetcdctl.results import SnapshotStatus

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
