"""The keys and values that the benchmarks read, and their way into a server.

The keys look like a large cluster's registry: a few kinds of objects, some with a million names,
in namespaces, with the random endings that controllers give.
"""

from __future__ import annotations

from collections import deque
from hashlib import blake2b
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.client.ranges import RangeReading
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.wire import append_varint
from pyetcdctl.settings import ConnectionSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.responses import PendingResponse

TXN = "/etcdserverpb.KV/Txn"
PUTS_A_TXN = 128
TXNS_UNDER_WAY = 16
SECONDS_A_TXN = 60.0
VALUE_BYTES = 200
ONE_KEY = b"/one-key"
OBJECTS = b"/objects/"
OBJECT_COUNT = 50_000
ONE_OBJECT = Path(__file__).with_name("pod.hex")
ENCRYPTED = b"k8s:enc:"

# Kinds of objects with their share of the keys, in percent, and how many there are at least.
LEAST = 30
KINDS = (
    ("apiregistration.k8s.io/apiservices", 0),
    ("configmaps", 10),
    ("endpointslices", 10),
    ("events", 30),
    ("leases", 2),
    ("pods", 25),
    ("replicasets", 15),
    ("secrets", 8),
)


def pairs(total: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield about ``total`` keys with their values, always the same ones."""
    for kind, percent in KINDS:
        for number in range(max(LEAST, total * percent // 100)):
            text = blake2b(f"{kind}{number}".encode(), digest_size=VALUE_BYTES // 4).hexdigest()
            key = f"/registry/{kind}/team-{number % 500:04d}/service-{text[:9]}-{text[9:14]}"
            yield key.encode(), (text * 2).encode()


def load(endpoint: str, total: int) -> None:
    """Write the keys, many in each transaction and many transactions at a time."""
    connection = Connection(ConnectionSettings(endpoints=(endpoint,)))
    send(connection, [(ONE_KEY, b"1")]).result()
    load_pairs(connection, pairs(total))


def sample_objects(endpoint: str) -> list[bytes]:
    """Return the sample's values, but those that only open under their own keys."""
    connection = Connection(ConnectionSettings(endpoints=(endpoint,)))
    key, end = prefix_range(b"/registry/")
    reading = RangeReading(connection, RangeRequest(key=key, range_end=end), SECONDS_A_TXN)
    values = [record[4] for page in reading.pages() for record in page.records()]
    connection.close()
    return [value for value in values if not value.startswith(ENCRYPTED)]


def load_objects(endpoint: str, values: list[bytes]) -> None:
    """Write the values again and again, until there are enough."""
    connection = Connection(ConnectionSettings(endpoints=(endpoint,)))
    repeated = enumerate(islice(cycle(values), OBJECT_COUNT))
    load_pairs(connection, ((OBJECTS + b"%06d" % number, value) for number, value in repeated))


def load_pairs(connection: Connection, source: Iterator[tuple[bytes, bytes]]) -> None:
    """Write pairs and close the connection."""
    under_way: deque[PendingResponse] = deque()
    while batch := list(islice(source, PUTS_A_TXN)):
        under_way.append(send(connection, batch))
        if len(under_way) >= TXNS_UNDER_WAY:
            under_way.popleft().result()
    for pending in under_way:
        pending.result()
    connection.close()


def send(connection: Connection, batch: list[tuple[bytes, bytes]]) -> PendingResponse:
    """Start a transaction that writes the pairs."""
    return connection.future(TXN, _txn(batch), deadline=Deadline.after(SECONDS_A_TXN))


def _txn(batch: list[tuple[bytes, bytes]]) -> bytes:
    """Return a TxnRequest that puts the pairs (``success``: field 2, of a RequestOp's field 2)."""
    request = bytearray()
    for key, value in batch:
        put = _field(1, key) + _field(2, value)
        request += _field(2, _field(2, put))
    return bytes(request)


def _field(number: int, data: bytes | bytearray) -> bytearray:
    field = bytearray([number << 3 | 2])
    append_varint(field, len(data))
    return field + data
