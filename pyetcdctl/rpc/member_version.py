"""The version of a member: as much of its status as needs no whole StatusResponse."""

from __future__ import annotations

from pyetcdctl.rpc.wire import Field, Message

STATUS = "/etcdserverpb.Maintenance/Status"


class MemberVersion(Message):
    """etcd API, StatusResponse: the version alone."""

    version: str = ""
    FIELDS = (Field(2, "version", "string"),)
