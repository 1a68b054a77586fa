"""Keys from text, one a line, as ``etcdctl get --keys-only`` prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.tree.root import REGISTRY
from pyetcdctl.tree.walk import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable


def entries_of_lines(lines: Iterable[bytes]) -> list[Entry]:
    """Return each key once, in the order of display, without blank lines and a terminal's CRs."""
    keys = {line.rstrip(b"\r\n") for line in lines}
    keys.discard(b"")
    return [Entry(key) for key in sorted(keys, key=lambda key: (not key.startswith(REGISTRY), key))]
