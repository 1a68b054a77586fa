"""The connection to etcd.

``connection.Connection`` carries raw bytes and imports neither protobuf nor etcd3.
``etcd3_bridge`` is the Python client, etcd3's on top of it. Neither is imported here: commands that
need only the first start fast.

The environment is touched here and nowhere else: gRPC's C core logs failed handshakes on standard
error, knows no other switch than its variable, and reads that when it is imported. A value that is
there already, the user's or that of ``--debug``, stays.
"""

import os

from pyetcdctl.client.late_modules import LateModules

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
LateModules().install()
