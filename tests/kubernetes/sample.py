"""The sample cluster's values as a server holds them, and the API server's response for each."""

from __future__ import annotations

import base64
import json
import lzma
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tests.server import Etcd

DATA = Path(__file__).with_name("data")


class Stored(NamedTuple):
    """One key of the sample."""

    key: str
    value: bytes
    mod_revision: int


def stored_values(server: Etcd) -> list[Stored]:
    """Read every key that a server holds."""
    response = json.loads(server.etcdctl("get", "", "--prefix", "-w", "json").stdout)
    return [
        Stored(
            base64.b64decode(kv["key"]).decode(),
            base64.b64decode(kv.get("value", "")),
            kv["mod_revision"],
        )
        for kv in response["kvs"]
    ]


@cache
def responses() -> dict[str, dict[str, Any]]:
    """Return, by key, what Kubernetes' own serializers print."""
    with lzma.open(DATA / "answers.jsonl.xz", "rt", encoding="utf-8") as lines:
        return {response["key"]: response for response in map(json.loads, lines)}
