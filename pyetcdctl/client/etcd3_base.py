"""What we use of the etcd3 package, running on our stubs. No other module imports etcd3."""

from pyetcdctl.client.stubs import install_stubs

install_stubs()

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
