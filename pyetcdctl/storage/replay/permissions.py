"""The permissions of users: etcd checks them again when it applies an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pyetcdctl.rpc.auth import READ, READWRITE, WRITE, Role, User
from pyetcdctl.rpc.wire import Message
from pyetcdctl.storage.replay.model import Refused
from pyetcdctl.storage.wal.transactions import DELETE, PUT, RANGE

if TYPE_CHECKING:
    from pyetcdctl.rpc.raft_internal import RequestHeader
    from pyetcdctl.storage.replay.leases import Leases
    from pyetcdctl.storage.replay.model import ReplayBuckets
    from pyetcdctl.storage.wal.transactions import LoggedStep, Transaction

AUTH, USERS, ROLES = b"auth", b"authUsers", b"authRoles"
ENABLED, REVISION = b"authEnabled", b"authRevision"
ROOT = "root"
NO_USER, USER_EMPTY = "etcdserver: user name not found", "etcdserver: user name is empty"
_DENIED = "etcdserver: permission denied"

AnyMessage = TypeVar("AnyMessage", bound=Message)


class Permissions:
    """Checks the permissions of users."""

    def __init__(self, buckets: ReplayBuckets, leases: Leases) -> None:
        self._buckets = buckets
        self._leases = leases
        self.is_enabled = False
        self.refresh()

    def refresh(self) -> None:
        """Read whether authentication is on."""
        self.is_enabled = self._buckets.get(AUTH, ENABLED) == b"\1"

    @property
    def revision(self) -> int:
        """The number of changes of users, roles and permissions, plus 1."""
        return int.from_bytes(self._buckets.get(AUTH, REVISION) or b"\1", "big")

    def user(self, name: str) -> User | None:
        """Return a user."""
        return self._stored(USERS, name, User)

    def role(self, name: str) -> Role | None:
        """Return a role."""
        return self._stored(ROLES, name, Role)

    def check_admin(self, header: RequestHeader) -> None:
        """Raise Refused unless the request's user has the role root."""
        if not self.is_enabled:
            return
        if not header.username:
            raise Refused(USER_EMPTY)
        user = self.user(header.username)
        if user is None:
            raise Refused(NO_USER)
        if ROOT not in user.roles:
            raise Refused(_DENIED)

    def check(self, transaction: Transaction, header: RequestHeader) -> None:
        """Raise Refused unless the user may do all operations of a transaction."""
        if not self.is_enabled:
            return
        for key, range_end, kind in self._needed(transaction):
            self._check_range(header, key, range_end, kind)

    def check_lease(self, lease: int, header: RequestHeader) -> None:
        """Raise Refused unless the user may write all keys of a lease."""
        if self.is_enabled and self._leases.exists(lease):
            for key in self._leases.keys_of(lease):
                self._check_range(header, key, b"", WRITE)

    def _needed(self, transaction: Transaction) -> list[tuple[bytes, bytes, int]]:
        needed = [(each.key, each.range_end, READ) for each in transaction.conditions]
        for step in (*transaction.success, *transaction.failure):
            needed += self._needed_by(step)
        return needed

    def _needed_by(self, step: LoggedStep) -> list[tuple[bytes, bytes, int]]:
        if step.transaction is not None:
            return self._needed(step.transaction)
        if step.kind == RANGE:
            return [(step.key, step.range_end, READ)] if step.key else []
        needed = [(step.key, step.range_end, WRITE)]
        if step.kind == PUT and step.lease:
            needed += [(key, b"", WRITE) for key in self._leases.keys_of(step.lease)]
        if step.prev_kv and step.kind in (PUT, DELETE):
            needed.append((step.key, step.range_end, READ))
        return needed

    def _check_range(self, header: RequestHeader, key: bytes, range_end: bytes, kind: int) -> None:
        if not header.auth_revision:
            raise Refused(USER_EMPTY)
        if header.auth_revision < self.revision:
            raise Refused("etcdserver: revision of auth store is old")
        user = self.user(header.username)
        if user is None or not (ROOT in user.roles or self._allows(user, key, range_end, kind)):
            raise Refused(_DENIED)

    def _allows(self, user: User, key: bytes, range_end: bytes, kind: int) -> bool:
        roles = filter(None, map(self.role, user.roles))
        spans = [
            (each.key, _end_of(each.key, each.range_end))
            for role in roles
            for each in role.keyPermission
            if each.permType in (kind, READWRITE)
        ]
        return _covers(spans, key, _end_of(key, range_end))

    def _stored(self, bucket: bytes, name: str, kind: type[AnyMessage]) -> AnyMessage | None:
        encoded = self._buckets.get(bucket, name.encode())
        return None if encoded is None else kind.decode(encoded)


def _end_of(key: bytes, range_end: bytes) -> bytes | None:
    """Return the first key after a range (etcd API, RangeRequest), None where it has no end."""
    if not range_end:
        return key + b"\0"
    return None if range_end == b"\0" else range_end


def _covers(spans: list[tuple[bytes, bytes | None]], key: bytes, end: bytes | None) -> bool:
    """Whether spans cover a range together."""
    for start, stop in sorted(spans, key=lambda span: span[0]):
        if start > key:
            return False
        if stop is None or (end is not None and stop >= end):
            return True
        key = max(key, stop)
    return False
