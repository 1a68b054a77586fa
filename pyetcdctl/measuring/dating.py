"""Date revisions by the renewals of Kubernetes' Leases: nothing else in etcd has times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from pyetcdctl.keyspace.source import Source

_MOST_LEASES = 200


def newest_renewal(source: Source, prefix: bytes, revision: int = 0) -> datetime | None:
    """Return the newest renewal of a Lease as of a revision; 0 is the newest."""
    key, end = prefix_range(prefix + b"leases/")
    request = RangeRequest(key=key, range_end=end, revision=revision, limit=_MOST_LEASES)
    times = [
        found
        for page in source.range(request).pages()
        for record in page.records()
        if (found := _renewal(record[4]))
    ]
    return max(times, default=None)


def revision_before(source: Source, prefix: bytes, current: int, age: timedelta) -> int | None:
    """Return the newest revision that is at least this old; None where nothing dates it.

    Times grow with revisions, so a binary search finds it; compacted revisions are old enough.
    """
    now = newest_renewal(source, prefix)
    if now is None:
        return None
    low, high = 0, current
    while high - low > 1:
        middle = (low + high) // 2
        try:
            then = newest_renewal(source, prefix, middle)
        except CallFailed as error:
            if "compacted" not in error.details:
                raise
            low = middle
            continue
        if then is None or now - then >= age:
            low = middle
        else:
            high = middle
    return low


def _renewal(value: bytes) -> datetime | None:
    lease = decode(value).object or {}
    spec = lease.get("spec")
    text = spec.get("renewTime") if isinstance(spec, dict) else None
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
