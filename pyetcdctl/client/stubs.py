"""Give the etcd3 package our stubs: its own do not import with protobuf 4 and later.

Protobuf keeps one table of definitions per process, and two packages that define etcd's messages
cannot share it. So ours take the place of etcd3's, which are then never loaded.
"""

from __future__ import annotations

import importlib
import sys

from pyetcdctl.errors import ConnectionFailed

OURS = "pyetcdctl.rpc.etcdrpc"
THEIRS = "etcd3.etcdrpc"
ANY_MESSAGE = "mvccpb.KeyValue"


def install_stubs() -> None:
    """Register our stubs as ``etcd3.etcdrpc``; to be called before etcd3 is first imported.

    Raises ConnectionFailed when the process has loaded another definition of etcd's messages.
    """
    if OURS not in sys.modules:
        _refuse_other_definitions()
    stubs = importlib.import_module(OURS)
    if sys.modules.setdefault(THEIRS, stubs) is not stubs:
        raise _conflict(str(getattr(sys.modules[THEIRS], "__file__", THEIRS)))


def _refuse_other_definitions() -> None:
    from google.protobuf import descriptor_pool

    try:
        definition = descriptor_pool.Default().FindFileContainingSymbol(ANY_MESSAGE)
    except KeyError:
        return
    if not definition.name.startswith("pyetcdctl/"):
        raise _conflict(definition.name)


def _conflict(source: str) -> ConnectionFailed:
    return ConnectionFailed(
        "etcd's messages are already defined in this process, by another package",
        f"They were loaded from {source}.",
        "Import pyetcdctl.client.client before etcd3, and no other etcd client beside it.",
    )
