"""What is counted of a store's values, and what breaks the rule that a file sets."""

from __future__ import annotations

import os
import tracemalloc
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.encryption.configuration import (
    Block,
    EncryptionConfig,
    GroupResource,
    KeySource,
    Secret,
)
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.encryption.status import (
    MOST_KEYS,
    MOST_RESOURCES,
    REST,
    EncryptedBy,
    ResourceStatus,
    survey,
    unmet,
    violations,
)
from tests.kubernetes.test_encryption import gcm

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTITY = KeySource(Provider.IDENTITY)
NEW, OLD, LOST = (
    KeySource(Provider.AESGCM, n, Secret(os.urandom(32))) for n in ("new", "old", "lost")
)
PLAIN = wrap("v1", "Secret", b"")
CONFIG = EncryptionConfig(
    (
        Block((GroupResource("secrets"),), (NEW, OLD, IDENTITY)),
        Block((GroupResource("configmaps"),), (IDENTITY, NEW)),
        Block((GroupResource("events"),), (IDENTITY,)),
        Block((GroupResource("*", ""),), (NEW,)),
    ),
    "enc.yaml",
)


def key(resource: str, name: str = "a") -> bytes:
    return f"/registry/{resource}/default/{name}".encode()


def sealed(by: KeySource, at: bytes) -> tuple[bytes, bytes]:
    return at, by.header + gcm(by.secret.reveal(), PLAIN, at)


def status_of(*pairs: tuple[bytes, bytes]) -> dict[str, ResourceStatus]:
    return {row.name: row for row in survey(pairs, Keyring(lambda: CONFIG))}


def test_each_resource_has_its_counts() -> None:
    rows = status_of(
        (key("secrets"), PLAIN),
        sealed(NEW, key("secrets", "b")),
        sealed(OLD, key("secrets", "c")),
        sealed(OLD, key("secrets", "d")),
        sealed(LOST, key("secrets", "e")),
        (key("secrets", "f"), sealed(NEW, key("secrets", "g"))[1]),
        (key("deployments"), PLAIN),
        (b"compact_rev_key", b"17"),
    )
    secrets = rows["secrets"]
    assert secrets.encrypted == {
        EncryptedBy("aesgcm", "new"): 2,
        EncryptedBy("aesgcm", "old"): 2,
        EncryptedBy("aesgcm", "lost"): 1,
    }
    assert (secrets.total, secrets.plain, secrets.stale) == (6, 1, 3)
    assert secrets.not_decrypted == 2
    assert "aesgcm key lost" in secrets.problem
    assert (rows["deployments.apps"].plain, rows["deployments.apps"].stale) == (1, 0)
    assert rows[""].plain == 1


def test_what_the_api_server_cannot_read_is_counted() -> None:
    rows = status_of(
        (key("pods"), PLAIN),
        sealed(OLD, key("pods", "b")),
        sealed(NEW, key("pods", "c")),
        sealed(NEW, key("deployments")),
    )
    assert (rows["pods"].total, rows["pods"].unreadable_to_server) == (3, 2)
    assert rows["deployments.apps"].unreadable_to_server == 1


def test_plain_values_of_a_resource_of_the_file_are_violations() -> None:
    rows = status_of(
        *((key(name), PLAIN) for name in ("secrets", "configmaps", "events", "pods")),
        (key("pods", "b"), PLAIN),
        (key("deployments"), PLAIN),
        (b"compact_rev_key", b"17"),
        sealed(NEW, key("serviceaccounts")),
    )
    assert violations(rows.values(), CONFIG) == [
        ("configmaps", 1, False),
        ("events", 1, True),
        ("pods", 2, False),
        ("secrets", 1, False),
    ]


def test_entries_that_cover_nothing_are_reported() -> None:
    rows = status_of((key("secrets"), PLAIN), (key("deployments"), PLAIN), (key("leases"), PLAIN))
    entries = ("secrets", "secret", "leases", "*.apps", "*.batch", "*.")
    named = EncryptionConfig((Block(tuple(map(GroupResource.parse, entries)), (NEW,)),))
    reported = ["secret", "leases (is leases.coordination.k8s.io meant?)", "*.batch"]
    assert unmet(rows.values(), named) == reported
    assert unmet([], named)[-1] == "*."


def test_a_store_that_is_all_encrypted_breaks_no_rule() -> None:
    rows = status_of(sealed(NEW, key("secrets")), sealed(OLD, key("secrets", "b")))
    assert violations(rows.values(), CONFIG) == []


def test_memory_is_bounded_whatever_the_keys_and_headers_are() -> None:
    def hostile(count: int) -> Iterator[tuple[bytes, bytes]]:
        for number in range(count):
            yield b"/registry/r%d/a" % number, b"{}"
            yield b"/registry/secrets/a", b"k8s:enc:aesgcm:v1:k%d:x" % number

    keyring = Keyring(lambda: CONFIG)
    peaks = []
    for count in (2_500, 5_000):
        tracemalloc.start()
        rows = {row.name: row for row in survey(hostile(count), keyring)}
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(rows) == MOST_RESOURCES + 1
        assert sum(row.total for row in rows.values()) == 2 * count
        assert rows["secrets"].encrypted[EncryptedBy(REST, "")] == count - MOST_KEYS
        assert rows["secrets"].not_decrypted == count
    assert peaks[1] < peaks[0] * 1.2
