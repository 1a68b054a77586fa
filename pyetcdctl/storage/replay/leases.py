"""Leases, and the keys that are attached to them."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.rpc.lease import Lease
from pyetcdctl.storage.replay.model import NotKnown, Refused

if TYPE_CHECKING:
    from pyetcdctl.rpc.raft_internal import LeaseCheckpointRequest
    from pyetcdctl.storage.replay.model import ReplayModel

LEASE, CLUSTER = b"lease", b"cluster"
NOT_FOUND = "etcdserver: requested lease not found"
_EXISTS = "etcdserver: lease already exists"
_TOO_LONG = "etcdserver: too large lease TTL"
_MOST_SECONDS = 9_000_000_000
_LEAST_SECONDS = 2  # with the election timeout that a server has if none is given
_ALL = b"\0"
_KEEPS_CHECKPOINTS = (3, 6)


class Leases:
    """The leases of a model. Their keys are looked up when a lease ends."""

    def __init__(self, model: ReplayModel) -> None:
        self._buckets = model.buckets
        self._model = model
        self._keys: defaultdict[int, set[bytes]] = defaultdict(set)
        self._granted: set[int] = set()
        self._has_all = False

    def refresh(self) -> None:
        """Discard which keys are attached to which leases."""
        self._keys.clear()
        self._granted.clear()
        self._has_all = False

    def exists(self, lease: int) -> bool:
        """Whether a lease exists."""
        return self._buckets.get(LEASE, lease_name(lease)) is not None

    def grant(self, lease: int, seconds: int) -> None:
        """Grant a lease."""
        if not lease:
            raise Refused(NOT_FOUND)
        if seconds > _MOST_SECONDS:
            raise Refused(_TOO_LONG)
        with suppress(NotKnown):  # clients choose a lease's id at random
            if self.exists(lease):
                raise Refused(_EXISTS)
        self._granted.add(lease)
        self._put(Lease(ID=lease, TTL=max(seconds, _LEAST_SECONDS)))

    def checkpoint(self, request: LeaseCheckpointRequest) -> None:
        """Record checkpoints: how many seconds leases have left, from 3.6 on."""
        version = self._buckets.get(CLUSTER, b"clusterVersion") or b"0"
        numbers = [int(part) for part in version.split(b".")[:2] if part.isdigit()]
        if tuple(numbers) < _KEEPS_CHECKPOINTS:
            return
        for each in request.checkpoints:
            encoded = self._buckets.get(LEASE, lease_name(each.ID))
            if encoded is not None:
                lease = Lease.decode(encoded)
                lease.RemainingTTL = each.remaining_TTL
                self._put(lease)

    def remove(self, lease: int) -> None:
        """Remove a lease whose keys were deleted."""
        self._buckets.delete(LEASE, lease_name(lease))
        self._keys.pop(lease, None)

    def keys_of(self, lease: int) -> list[bytes]:
        """Return the keys of a lease in order. Raises NotKnown where older ones may be missing."""
        if not (self._has_all or lease in self._granted):
            self._keys.clear()
            for key, version in self._model.newest_range(_ALL, _ALL):
                if version.lease:
                    self._keys[version.lease].add(key)
            self._has_all = True
        return sorted(self._keys.get(lease, ()))

    def move(self, key: bytes, before: int, now: int) -> None:
        """Attach a key to another lease; 0 detaches it."""
        if before != now:
            if before in self._keys:
                self._keys[before].discard(key)
            if now:
                self._keys[now].add(key)

    def _put(self, lease: Lease) -> None:
        self._buckets.put(LEASE, lease_name(lease.ID), lease.encode())


def lease_name(lease: int) -> bytes:
    """Return a lease's key in its bucket."""
    return (lease & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")
