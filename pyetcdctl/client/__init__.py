"""The connection to etcd.

``connection.Connection`` carries raw bytes and imports neither protobuf nor etcd3;
``client.EtcdClient`` is etcd3's client on top of it. Neither is imported here, so that the first
starts fast.

The environment is touched here and nowhere else: gRPC's C core logs failed handshakes on standard
error, knows no other switch than its variable, and reads that when it is imported. A value that is
there already, the user's or that of ``--debug``, stays.
"""

import os

from pyetcdctl.client.late_modules import LateModules

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
LateModules().install()
