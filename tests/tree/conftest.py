"""Keys by the thousand, and a server of its own for whole trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.rpc.kv import PutRequest
from pyetcdctl.rpc.range_batch import TXN
from pyetcdctl.rpc.wire import append_varint
from pyetcdctl.settings import ConnectionSettings
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.server import Etcd

BATCH = 128
SUCCESS, REQUEST_PUT = 0x12, 0x12


def field(tag: int, body: bytes) -> bytes:
    head = bytearray([tag])
    append_varint(head, len(body))
    return bytes(head) + body


def put_operation(key: bytes) -> bytes:
    return field(SUCCESS, field(REQUEST_PUT, PutRequest(key=key, value=b"v" * 10).encode()))


def put_all(connection: Connection, keys: Iterable[bytes]) -> None:
    operations = [put_operation(key) for key in sorted(set(keys))]
    for at in range(0, len(operations), BATCH):
        request = b"".join(operations[at : at + BATCH])
        connection.unary(TXN, request, deadline=Deadline.after(10), repeatable=False)


@pytest.fixture(scope="module")
def tree_etcd() -> Iterator[Etcd]:
    """A server whose keys are all of the module's making."""
    with running() as server:
        yield server


@pytest.fixture
def connection(tree_etcd: Etcd) -> Iterator[Connection]:
    connection = Connection(ConnectionSettings(endpoints=tree_etcd.client_urls))
    yield connection
    connection.close()


@pytest.fixture
def only_keys(tree_etcd: Etcd, connection: Connection) -> Callable[[Iterable[bytes]], None]:
    """A function that makes these the keys of the server."""

    def fill(keys: Iterable[bytes]) -> None:
        tree_etcd.etcdctl("del", "", "--from-key", check=True)
        put_all(connection, keys)

    return fill
