"""How large a response may be, by the method that is called; larger ones are refused undecoded."""

from __future__ import annotations

from typing import TypeAlias

Methods: TypeAlias = dict[str, tuple[str, ...]]
SMALL_RESPONSE_BYTES, VALUE_RESPONSE_BYTES = 4 << 20, 64 << 20
PAGE_RESPONSE_BYTES = 16 << 20
"""The limit of the second channel of a run, for pages of ranges and for writes that return no
values: gRPC has no limit for a single call.
"""
SMALL: Methods = {
    "etcdserverpb.Auth": (
        *("AuthEnable", "AuthDisable", "AuthStatus", "Authenticate", "RoleAdd", "RoleDelete"),
        *("RoleGrantPermission", "RoleRevokePermission", "UserAdd", "UserChangePassword"),
        *("UserDelete", "UserGrantRole", "UserRevokeRole"),
    ),
    "etcdserverpb.Cluster": (
        *("MemberAdd", "MemberList", "MemberPromote", "MemberRemove", "MemberUpdate"),
    ),
    "etcdserverpb.KV": ("Compact",),
    "etcdserverpb.Lease": ("LeaseGrant", "LeaseKeepAlive", "LeaseRevoke"),
    "etcdserverpb.Maintenance": (
        *("Alarm", "Defragment", "Downgrade", "Hash", "HashKV", "MoveLeader", "Status"),
    ),
    "grpc.health.v1.Health": ("Check",),
}
"""Methods whose responses are small, whatever the cluster holds. The protobuf package decodes them,
which cannot be interrupted at the deadline.
"""
OF_ONE_VALUE: Methods = {
    "etcdserverpb.Auth": ("RoleGet", "RoleList", "UserGet", "UserList"),
    "etcdserverpb.KV": ("Put",),
    "etcdserverpb.Lease": ("LeaseLeases", "LeaseTimeToLive"),
}
"""Methods whose responses have one value at most, which etcd wants below 10 MiB, or names."""


def _bounded(methods: Methods, size_bytes: int) -> str:
    names = ",".join(
        f'{{"service":"{service}","method":"{method}"}}'
        for service, group in methods.items()
        for method in group
    )
    return f'{{"name":[{names}],"maxResponseMessageBytes":{size_bytes}}}'


BOUNDS = (
    f'{{"methodConfig":[{_bounded(SMALL, SMALL_RESPONSE_BYTES)},'
    f"{_bounded(OF_ONE_VALUE, VALUE_RESPONSE_BYTES)}]}}"
)
"""gRPC's service configuration, in JSON."""
