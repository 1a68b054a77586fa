"""Apply entries one by one, as far as alarms, permissions and leases allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.rpc.lease import LeaseGrantRequest, LeaseRequest
from pyetcdctl.rpc.raft import ConfChange
from pyetcdctl.rpc.raft_internal import (
    ALARM_ACTIVATE,
    ALARM_DEACTIVATE,
    CORRUPT,
    NO_ALARM,
    NOSPACE,
    AlarmMember,
    AlarmRequest,
)
from pyetcdctl.rpc.txn import EQUAL, GREATER, LEASE, LESS, NOT_EQUAL, VALUE, CompactionRequest
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.replay.accounts import Accounts
from pyetcdctl.storage.replay.conditions import FIGURES
from pyetcdctl.storage.replay.keys import KeyWriter
from pyetcdctl.storage.replay.leases import NOT_FOUND, Leases
from pyetcdctl.storage.replay.members import Members
from pyetcdctl.storage.replay.model import (
    APPLIED,
    FAILED,
    REFUSED,
    SUCCEEDED,
    UNKNOWN,
    NotKnown,
    Outcome,
    Refused,
)
from pyetcdctl.storage.replay.permissions import Permissions
from pyetcdctl.storage.wal.operations import UNKNOWN as UNKNOWN_OPERATION
from pyetcdctl.storage.wal.transactions import PUT, TXN

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.replay.conditions import ConditionLost
    from pyetcdctl.storage.replay.model import ReplayModel
    from pyetcdctl.storage.wal.operations import Operation
    from pyetcdctl.storage.wal.transactions import Transaction

ALARM = b"alarm"
_NO_SPACE = "etcdserver: mvcc: database space exceeded"
_CORRUPT = "etcdserver: corrupt cluster"


class Applier:
    """Applies entries to a model, in the order of the log."""

    def __init__(self, model: ReplayModel) -> None:
        self._buckets = buckets = model.buckets
        self._model = model
        self._leases = Leases(model)
        self._keys = KeyWriter(model, self._leases)
        self._permissions = Permissions(buckets, self._leases)
        self.members = Members(buckets)
        self._alarms = self._active_alarms()
        accounts = Accounts(buckets, self._permissions)
        self._admins: dict[str, Callable[[Any], None]] = {
            "auth enable": lambda request: accounts.enable(),
            "auth disable": lambda request: accounts.disable(),
            "user add": accounts.add_user,
            "user delete": accounts.delete_user,
            "user passwd": accounts.change_password,
            "user grant role": accounts.grant_role,
            "user revoke role": accounts.revoke_role,
            "role add": accounts.add_role,
            "role delete": accounts.delete_role,
            "role grant permission": accounts.grant_permission,
            "role revoke permission": accounts.revoke_permission,
        }
        self._others: dict[str, Callable[[Any], None]] = {
            "alarm": self._set_alarm,
            "lease checkpoint": self._leases.checkpoint,
            "member attributes": self.members.set_attributes,
            "cluster version": lambda request: self.members.set_version(request.ver),
            "downgrade": self.members.set_downgrade,
        }

    def refresh(self) -> None:
        """Reload keys and buckets after they were replaced."""
        self._alarms = self._active_alarms()
        self._permissions.refresh()
        self._leases.refresh()

    def has_lease(self, lease: int) -> bool | None:
        """Whether a lease exists, None where that is not known."""
        try:
            return self._leases.exists(lease)
        except NotKnown:
            return None

    def end_lease(self, lease: int) -> None:
        """Forget a lease whose keys are deleted."""
        self._leases.remove(lease)

    @property
    def refuses_nothing(self) -> bool:
        """Whether alarms and permissions allow a write."""
        return not (self._alarms or self._permissions.is_enabled)

    def apply(self, operation: Operation) -> Outcome:
        """Apply one entry; nothing of it is applied where the outcome is "refused"."""
        try:
            if operation.transaction is not None:
                return self._apply_transaction(operation, operation.transaction)
            return self._apply_other(operation)
        except Refused as refusal:
            return Outcome(REFUSED, str(refusal))
        except (NotKnown, WireError):
            return Outcome(UNKNOWN)

    def _apply_transaction(self, operation: Operation, transaction: Transaction) -> Outcome:
        if self._alarms:
            self._check_alarms(transaction)
        if self._permissions.is_enabled:
            self._permissions.check(transaction, operation.header)
        lost, has_written = self._keys.apply(transaction)
        revision = self._revision() if has_written else 0
        if lost:
            return Outcome(FAILED, reason_of(lost), revision)
        return Outcome(SUCCEEDED if operation.name == TXN else APPLIED, "", revision)

    def _apply_other(self, operation: Operation) -> Outcome:
        name, message = operation.name, operation.message
        if name in self._admins:
            self._permissions.check_admin(operation.header)
            self._admins[name](message)
        elif isinstance(message, ConfChange):
            self.members.apply(message)
        elif isinstance(message, CompactionRequest):
            self._refuse_if_corrupt()
            self._keys.compact(message.revision)
        elif isinstance(message, LeaseGrantRequest):
            self._refuse_if_corrupt()
            if NOSPACE in self._alarms:
                raise Refused(_NO_SPACE)
            self._leases.grant(message.ID, message.TTL)
        elif isinstance(message, LeaseRequest):
            return self._revoke(message.ID, operation)
        elif name in self._others:
            self._others[name](message)
        return Outcome(UNKNOWN if name == UNKNOWN_OPERATION else APPLIED)

    def _revoke(self, lease: int, operation: Operation) -> Outcome:
        """Revoke a lease: its keys are deleted as one revision."""
        self._refuse_if_corrupt()
        if self._permissions.is_enabled:
            self._permissions.check_lease(lease, operation.header)
        if not self._leases.exists(lease):
            raise Refused(NOT_FOUND)
        keys = self._leases.keys_of(lease)
        self._keys.delete(keys)
        self._leases.remove(lease)
        return Outcome(APPLIED, "", self._revision() if keys else 0)

    def _check_alarms(self, transaction: Transaction) -> None:
        self._refuse_if_corrupt()
        if NOSPACE in self._alarms and any(step.kind == PUT for step in transaction.steps()):
            raise Refused(_NO_SPACE)

    def _refuse_if_corrupt(self) -> None:
        if CORRUPT in self._alarms:
            raise Refused(_CORRUPT)

    def _set_alarm(self, request: AlarmRequest) -> None:
        member = AlarmMember(memberID=request.memberID, alarm=request.alarm).encode()
        if request.action == ALARM_ACTIVATE and request.alarm != NO_ALARM:
            self._buckets.put(ALARM, member, b"")
        elif request.action == ALARM_DEACTIVATE:
            self._buckets.delete(ALARM, member)
        self._alarms = self._active_alarms()

    def _active_alarms(self) -> set[int]:
        return {AlarmMember.decode(key).alarm for key, _ in self._buckets.items(ALARM)}

    def _revision(self) -> int:
        try:
            return self._model.revision
        except NotKnown:
            return 0


def reason_of(lost: ConditionLost) -> str:
    """Return why a condition did not hold; values are not quoted, because they may be secret."""
    condition, found = lost
    if found is None:
        return "no such key"
    if condition.target == VALUE:
        return "the value is another"
    figure = FIGURES[condition.target] if condition.target < len(FIGURES) else "it"
    expected = f"{_RELATIONS[condition.result]}{condition.expected!r}"
    if not found and condition.target != LEASE:
        return f"no such key, expected {figure} {expected}"
    return f"{figure} is {found!r}, not {expected}"


_RELATIONS = {EQUAL: "", GREATER: "> ", LESS: "< ", NOT_EQUAL: "other than "}
