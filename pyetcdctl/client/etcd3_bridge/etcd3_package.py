"""What is used of the etcd3 package, on this program's stubs; no other module imports etcd3.

Its own stubs do not load with protobuf 4 and later. Protobuf keeps one table of definitions per
process, and two packages that define etcd's messages cannot share it. So the stubs of ``rpc`` are
registered under the name of etcd3's before etcd3 is imported, and etcd3's are never loaded.
"""

from __future__ import annotations

import importlib
import sys

from pyetcdctl.errors import ConnectionFailed

OURS = "pyetcdctl.rpc.etcdrpc"
THEIRS = "etcd3.etcdrpc"
ANY_MESSAGE = "mvccpb.KeyValue"


def _install_stubs() -> None:
    """Register our stubs as ``etcd3.etcdrpc``.

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
        "Import pyetcdctl.client.etcd3_bridge before etcd3, and no other etcd client beside it.",
    )


_install_stubs()

from etcd3.client import Etcd3Client, Transactions  # noqa: E402
from etcd3.exceptions import WatchTimedOut  # noqa: E402
from etcd3.locks import Lock  # noqa: E402
from etcd3.watch import Watcher, _new_request_iter, _safe_callback  # noqa: E402

deliver = _safe_callback
requests_from = _new_request_iter

__all__ = [
    "Etcd3Client",
    "Lock",
    "Transactions",
    "WatchTimedOut",
    "Watcher",
    "deliver",
    "requests_from",
]
