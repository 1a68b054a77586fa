"""Who loads protobuf and etcd3, and whose definitions they get."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(*statements):
    """Run a Python program in a process of its own; return what it prints."""
    program = [sys.executable, "-W", "error", "-c", "\n".join(statements)]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout


def test_the_connection_loads_neither_protobuf_nor_etcd3():
    loaded = run(
        "import sys",
        "import pyetcdctl.client.connection",
        "print([name for name in ('google.protobuf', 'etcd3') if name in sys.modules])",
    )

    assert loaded == "[]\n"


def test_etcd3_runs_on_our_stubs():
    file = run(
        "import pyetcdctl.client.etcd3_bridge",
        "import etcd3",
        "print(etcd3.etcdrpc.__name__, etcd3.etcdrpc.PutRequest.DESCRIPTOR.file.name)",
    )

    assert file == "pyetcdctl.rpc.etcdrpc pyetcdctl/rpc/etcdserverpb.proto\n"


# Another package that defines mvccpb.KeyValue, as etcd3's own stubs and other etcd clients do.
FOREIGN_DEFINITION = (
    "from google.protobuf import descriptor_pb2, descriptor_pool",
    "file = descriptor_pb2.FileDescriptorProto(name='kv.proto', package='mvccpb')",
    "file.message_type.add(name='KeyValue')",
    "descriptor_pool.Default().AddSerializedFile(file.SerializeToString())",
)
FOREIGN_MODULE = (
    "import sys, types",
    "sys.modules['etcd3.etcdrpc'] = types.ModuleType('etcd3.etcdrpc')",
    "sys.modules['etcd3.etcdrpc'].__file__ = 'kv.proto'",
)


@pytest.mark.parametrize("foreign", [FOREIGN_DEFINITION, FOREIGN_MODULE])
def test_a_foreign_definition_of_the_messages_is_named(foreign):
    printed = run(
        *foreign,
        "from pyetcdctl.errors import ConnectionFailed",
        "try:",
        "    import pyetcdctl.client.etcd3_bridge",
        "except ConnectionFailed as error:",
        "    print(error.message, error.advice[0])",
    )

    assert printed == (
        "etcd's messages are already defined in this process, by another package "
        "They were loaded from kv.proto.\n"
    )
