"""The messages of raft's log (raftpb, walpb) as plain objects; see rpc/wire.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

NORMAL, CONFIGURATION, CONFIGURATION_V2 = 0, 1, 2
ADD_NODE, REMOVE_NODE, UPDATE_NODE, ADD_LEARNER = 0, 1, 2, 3


class LogEntry(Message):
    """raftpb, Entry."""

    Type: int = NORMAL
    Term: int = 0
    Index: int = 0
    Data: bytes = b""
    FIELDS = (
        Field(1, "Type", "enum"),
        Field(2, "Term", "uint64"),
        Field(3, "Index", "uint64"),
        Field(4, "Data", "bytes"),
    )


class HardState(Message):
    """raftpb, HardState: the durable state of a member; ``commit`` may be lower than the cluster's
    commit index.
    """

    term: int = 0
    vote: int = 0
    commit: int = 0
    FIELDS = (
        Field(1, "term", "uint64"),
        Field(2, "vote", "uint64"),
        Field(3, "commit", "uint64"),
    )


class ConfState(Message):
    """raftpb, ConfState: the members that vote, and those that learn."""

    voters: Sequence[int] = ()
    learners: Sequence[int] = ()
    FIELDS = (
        Field(1, "voters", "uint64", repeated=True),
        Field(2, "learners", "uint64", repeated=True),
    )


class LogSnapshot(Message):
    """walpb, Snapshot: up to which index the database had been saved; 3.4 has no ``conf_state``."""

    index: int = 0
    term: int = 0
    conf_state: ConfState | None = None
    FIELDS = (
        Field(1, "index", "uint64"),
        Field(2, "term", "uint64"),
        Field(3, "conf_state", "message", ConfState),
    )


class LogMetadata(Message):
    """etcdserverpb, Metadata: whose log it is."""

    NodeID: int = 0
    ClusterID: int = 0
    FIELDS = (
        Field(1, "NodeID", "uint64"),
        Field(2, "ClusterID", "uint64"),
    )


class ConfChange(Message):
    """raftpb, ConfChange; etcd's ``Context`` is JSON."""

    ID: int = 0
    Type: int = ADD_NODE
    NodeID: int = 0
    Context: bytes = b""
    FIELDS = (
        Field(1, "ID", "uint64"),
        Field(2, "Type", "enum"),
        Field(3, "NodeID", "uint64"),
        Field(4, "Context", "bytes"),
    )
