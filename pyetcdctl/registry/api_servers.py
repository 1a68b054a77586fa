"""The API servers that share an etcd, each below a prefix of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import counts
from pyetcdctl.kubernetes.openshift import FOLDER
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.stored_value import read
from pyetcdctl.registry.prefix import DEEPEST, MOST_FOLDERS, folders_in, holds_cluster
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.keyspace.source import Source

KUBERNETES, OPENSHIFT, OTHER = "Kubernetes", "OpenShift", "another"


class ApiServer(NamedTuple):
    """An API server's prefix, how many keys it has, and what kind of server it is."""

    prefix: str
    keys: int
    kind: str


def api_servers(source: Source) -> list[ApiServer]:
    """Return the API servers in the order of their prefixes, however many folders deep."""
    found = sorted(_found(source))
    ranges = [prefix_range(os.fsencode(f"{prefix}/")) for prefix, _ in found]
    numbers = counts(source, [RangeRequest(key=k, range_end=e, count_only=True) for k, e in ranges])
    return [ApiServer(prefix, n, kind) for (prefix, kind), n in zip(found, numbers, strict=True)]


def _found(source: Source) -> Iterator[tuple[str, str]]:
    """Yield prefixes; nothing below one is searched."""
    level = [""]
    for _ in range(DEEPEST):
        inside = [each for folder in level for each in folders_in(source, folder)][:MOST_FOLDERS]
        clusters = holds_cluster(source, inside)
        yield from ((prefix, KUBERNETES) for prefix in clusters)
        rest = [each for each in inside if each not in clusters]
        others = _hold_objects(source, rest)
        for prefix in others:
            yield prefix, OPENSHIFT if prefix.endswith(f"/{FOLDER}") else OTHER
        level = [each for each in rest if each not in others]


def _hold_objects(source: Source, folders: Sequence[str]) -> list[str]:
    """Return the folders whose first key is where their own objects would be."""
    if not folders:
        return []
    ranges = [prefix_range(os.fsencode(f"{folder}/")) for folder in folders]
    pages = source.ranges([RangeRequest(key=k, range_end=e, limit=1) for k, e in ranges])
    first = [next(iter(page.records()), None) if len(page) else None for page in pages]
    return [
        folder
        for folder, record in zip(folders, first, strict=True)
        if record and _is_object(folder, record[0], record[4])
    ]


def _is_object(folder: str, key: bytes, value: bytes) -> bool:
    place, stored = parse(os.fsdecode(key), folder), read(key, value)
    if place is None or not stored.is_kubernetes:
        return False
    if stored.decoded.object is None:
        return bool(place.resource.kind)
    metadata = stored.decoded.object.get("metadata")
    names = metadata if isinstance(metadata, dict) else {}
    return (names.get("namespace") or "", names.get("name")) == (place.namespace, place.name)
