"""The calls that change nothing, by name: a read-only context allows no others, and none of them
needs the confirmation that writes through a forwarded port need.

The command table refuses commands that write first (cli/registry.py); this check covers every call
of a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import ReadOnlyContext
from pyetcdctl.rpc.txn import TXN, TxnRequest

if TYPE_CHECKING:
    from pyetcdctl.rpc.txn import RequestOp

READS = frozenset(
    f"/{service}/{method}"
    for service, methods in {
        "etcdserverpb.KV": ("Range", "RangeStream"),
        "etcdserverpb.Watch": ("Watch",),
        "etcdserverpb.Lease": ("LeaseTimeToLive", "LeaseLeases"),
        "etcdserverpb.Cluster": ("MemberList",),
        "etcdserverpb.Maintenance": ("Status", "Hash", "HashKV", "Snapshot"),
        "etcdserverpb.Auth": (
            *("Authenticate", "AuthStatus", "UserGet", "UserList", "RoleGet", "RoleList"),
        ),
        "v3electionpb.Election": ("Leader", "Observe"),
    }.items()
    for method in methods
)
_READS_BY_DEFAULT = frozenset(
    f"/etcdserverpb.Maintenance/{method}" for method in ("Alarm", "Downgrade")
)
_ACTION = b"\x08"
"""The first bytes of a request whose action is not the default one (to list, to validate)."""


def check_reads(context: str, method: str, request: bytes) -> None:
    """Raise ReadOnlyContext for a call that may change something."""
    if not is_read(method, request):
        raise ReadOnlyContext(
            f"context {context} is read-only: {method.rpartition('/')[2]} is refused",
            "Try:  --context with another one, or `pyetcdctl context add` without --read-only",
        )


def is_read(method: str, request: bytes) -> bool:
    """Whether a call changes nothing."""
    if method == TXN:
        found = TxnRequest.decode(request)
        return all(_is_range(each) for each in (*found.success, *found.failure))
    if method in _READS_BY_DEFAULT:
        return not request.startswith(_ACTION)
    return method in READS


def _is_range(operation: RequestOp) -> bool:
    return operation.request_range is not None
