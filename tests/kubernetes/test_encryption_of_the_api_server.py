"""What the API server's own code writes under one configuration, and reads under another."""

from __future__ import annotations

import base64
import json
import lzma

from pyetcdctl.errors import NotDecrypted
from pyetcdctl.kubernetes.encryption import configuration
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from tests.kubernetes.sample import DATA


def keyring_of(text: str) -> Keyring:
    config = configuration.parse(text.encode(), "enc.yaml")
    return Keyring(lambda: config)


def reported_by(ring: Keyring, key: bytes, value: bytes, plain: bytes) -> str:
    """Return ``+`` for a value that the API server reads, ``s`` for a stale one, else ``-``."""
    try:
        found = ring.decrypt(key, value)
    except NotDecrypted:
        return "-"
    assert found.plaintext == plain
    return "-" if not found.server_reads else "s" if found.stale else "+"


def test_each_value_is_read_and_written_as_by_the_api_server() -> None:
    """Nine files with wildcards, blocks and keys in many orders: each reads what each wrote."""
    recorded = json.loads(lzma.decompress((DATA / "encrypted.json.xz").read_bytes()))
    rings = [keyring_of(text) for text in recorded["configs"]]
    plain = recorded["plain"].encode()
    reported: list[str] = []
    for each in recorded["values"]:
        key, value = each["key"].encode(), base64.b64decode(each["value"])
        reported.append("".join(reported_by(ring, key, value, plain) for ring in rings))
        assert reported[-1] == each["reads"], key
        writer = rings[each["writer"]].sources_of(key)[0]
        assert value.startswith(writer.header)
        assert bool(writer.header) == value.startswith(b"k8s:enc:")
    assert {letter: "".join(reported).count(letter) > 50 for letter in "+s-"} == dict.fromkeys(
        "+s-", True
    )
