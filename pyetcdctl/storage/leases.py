"""Read leases from a database, which has neither the time of a grant nor the remaining TTL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.lease import Lease, LeasesResponse, LeaseStatus, LeaseTimeToLiveResponse

if TYPE_CHECKING:
    from pyetcdctl.storage.opening import OpenedFile

_LEASES = b"lease"
_GONE = -1


def stored_leases(opened: OpenedFile) -> LeasesResponse:
    """Return the ids of all leases, in their order."""
    found = [Lease.decode(value) for _, value in opened.model.buckets.items(_LEASES)]
    return LeasesResponse(header=opened.header, leases=[LeaseStatus(id=each.ID) for each in found])


def stored_time_to_live(
    opened: OpenedFile, lease: int, *, with_keys: bool
) -> LeaseTimeToLiveResponse:
    """Return the TTL that a lease would have if the member started now; -1 for an unknown one."""
    found = opened.model.buckets.get(_LEASES, lease.to_bytes(8, "big", signed=True))
    if found is None:
        return LeaseTimeToLiveResponse(header=opened.header, ID=lease, TTL=_GONE)
    stored = Lease.decode(found)
    return LeaseTimeToLiveResponse(
        header=opened.header,
        ID=lease,
        TTL=stored.RemainingTTL or stored.TTL,
        grantedTTL=stored.TTL,
        keys=opened.model.keys_of_lease(lease) if with_keys else None,
    )
