"""The Python client: etcd3's ``Etcd3Client`` on the stubs and the connection of this program.

    from pyetcdctl.client.etcd3_bridge import Connection, ConnectionSettings, EtcdClient

    client = EtcdClient(Connection(ConnectionSettings(endpoints=("127.0.0.1:2379",))))
    client.put("greeting", "hello")
    value, metadata = client.get("greeting")

The etcd3 package alone does not load with protobuf 4 and later. Here it does, with this program's
TLS, login and failover, and with errors that keep the server's words.
"""

# First, because it refuses a process that has other definitions of etcd's messages.
from pyetcdctl.client.etcd3_bridge.etcd3_package import WatchTimedOut

# isort: split
from pyetcdctl.client.connection import Connection
from pyetcdctl.client.etcd3_bridge.client import EtcdClient
from pyetcdctl.settings import ConnectionSettings, Credentials, TlsFiles

__all__ = [
    "Connection",
    "ConnectionSettings",
    "Credentials",
    "EtcdClient",
    "TlsFiles",
    "WatchTimedOut",
]
