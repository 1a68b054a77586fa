"""etcd3's lock, with a waiting that works."""

from __future__ import annotations

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.etcd3_bridge.base import Lock, WatchTimedOut


class EtcdLock(Lock):  # type: ignore[misc]  # etcd3 has no types
    """A key that one client at a time can create, and that its lease removes if it dies."""

    def acquire(self, timeout: float | None = 10) -> bool:
        """Take the lock, waiting for it up to ``timeout`` seconds, or forever with None.

        The base class gives tenacity a function of a form that it has not taken since its release
        5, leaves a lease behind at each attempt, and misses a release before its watch has begun.
        """
        deadline = Deadline.never() if timeout is None else Deadline.after(timeout)
        while held_at := self._try():
            try:
                self.etcd_client.watch_once(
                    self.key, deadline.remaining(), start_revision=held_at + 1
                )
            except WatchTimedOut:
                return False
        return True

    def _try(self) -> int:
        """Take the lock if it is free and return 0, or the revision at which another holds it."""
        lease = self.etcd_client.lease(self.ttl)
        operations = self.etcd_client.transactions
        taken, answers = self.etcd_client.transaction(
            compare=[operations.create(self.key) == 0],
            success=[operations.put(self.key, self.uuid, lease)],
            failure=[operations.get(self.key)],
        )
        if taken:
            self.lease = lease
            return 0
        lease.revoke()
        [(_, holder)] = answers[0]
        return int(holder.response_header.revision)
