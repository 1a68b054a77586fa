"""Compare the members' keys: hashes at one revision, and which keys differ when these do."""

from __future__ import annotations

from contextlib import closing
from itertools import combinations
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.each import call_each
from pyetcdctl.client.maintenance import MaintenanceService
from pyetcdctl.client.ranges import RangeReading
from pyetcdctl.diagnosis.facts import Difference, KeyHash
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.key_values import Record

EVERYTHING = b"\0"
MOST_DIFFERENCES = 10_000


def hashes(
    connection: Connection, endpoints: Sequence[str], revision: int, seconds: float
) -> dict[str, KeyHash]:
    """Return each endpoint's hash of all keys up to a revision."""
    outcomes = call_each(
        connection,
        endpoints,
        lambda own: MaintenanceService(own).hash_kv(revision, Deadline.after(seconds)),
    )
    found = {}
    for each in outcomes:
        if each.response is not None:
            response = each.response
            found[each.endpoint] = KeyHash(revision, response.hash, response.compact_revision)
        else:
            reason = each.failure.message if each.failure else ""
            found[each.endpoint] = KeyHash(revision, None, failure=reason)
    return found


def comparable(found: Mapping[str, KeyHash]) -> bool:
    """Whether the hashes cover the same history: it begins at the members' last compaction."""
    return len({each.compact_revision for each in found.values() if each.hash is not None}) <= 1


def differing_keys(
    connection: Connection, places: Mapping[str, str], revision: int, seconds: float
) -> tuple[Difference, ...]:
    """Return the keys that members hold differently at a revision; ``places`` are by label."""
    found: dict[bytes, Difference] = {}
    for (one, first), (other, second) in combinations(places.items(), 2):
        with (
            closing(connection.for_endpoint(first)) as left,
            closing(connection.for_endpoint(second)) as right,
        ):
            sides = (_records(left, revision, seconds), _records(right, revision, seconds))
            for difference in _merged(one, other, *sides):
                found.setdefault(difference.key, difference)
                if len(found) >= MOST_DIFFERENCES:
                    return tuple(found.values())
    return tuple(found.values())


def _records(connection: Connection, revision: int, seconds: float) -> Iterator[Record]:
    request = RangeRequest(
        key=EVERYTHING, range_end=EVERYTHING, revision=revision, serializable=True
    )
    for page in RangeReading(connection, request, seconds).pages():
        yield from page.records()


def _merged(
    one: str, other: str, left: Iterator[Record], right: Iterator[Record]
) -> Iterator[Difference]:
    """Walk two sequences of entries in the order of their keys and yield what is not equal."""
    first, second = next(left, None), next(right, None)
    while first is not None or second is not None:
        if second is None or (first is not None and first[0] < second[0]):
            assert first is not None
            yield Difference(first[0], f"only on {one}")
            first = next(left, None)
        elif first is None or second[0] < first[0]:
            yield Difference(second[0], f"only on {other}")
            second = next(right, None)
        else:
            if first != second:
                what = "values" if first[4] != second[4] else "revisions"
                yield Difference(first[0], f"{what} differ between {one} and {other}")
            first, second = next(left, None), next(right, None)
