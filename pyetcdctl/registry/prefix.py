"""Find the --etcd-prefix of API servers from the keys.

Several API servers may share one etcd. Every prefix with a cluster's objects is a candidate, so
that a write is refused where there are two, and a read reports which one it used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import InvalidInput
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import first_page
from pyetcdctl.kubernetes.registry_keys import REGISTRY
from pyetcdctl.registry.folders import first_keys, folders
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.keyspace.source import Source

_WITNESS = "namespaces/kube-system"
"""Every cluster has this object, and only a cluster has its key."""
MOST_FOLDERS, DEEPEST = 50, 3
"""How many folders of a level are searched, and how many levels."""


class RegistryPrefix(NamedTuple):
    """A prefix with a leading slash and no trailing one, and the other prefixes that hold a
    cluster.
    """

    path: str
    others: tuple[str, ...] = ()

    @property
    def candidates(self) -> str:
        """All candidates, in one line."""
        return ", ".join((self.path, *self.others))

    def require_one(self) -> str:
        """Return the prefix, or raise InvalidInput where several hold a cluster."""
        if self.others:
            raise InvalidInput(
                f"several API servers keep their objects in this etcd: {self.candidates}",
                "Try:  --etcd-prefix with one of them",
            )
        return self.path


def normalized(prefix: str) -> str:
    """Return a prefix as the API server uses it; empty for an empty one."""
    return "/" + prefix.strip("/") if prefix.strip("/") else ""


def find_prefix(source: Source, known: str = "") -> RegistryPrefix:
    """Find the prefix; ``known`` is that of an API server that certainly uses this etcd."""
    if known and first_keys(source, [prefix_range(_bytes(f"{known}/"))])[0]:
        return RegistryPrefix(known)
    if _is_the_usual_one(source):
        return RegistryPrefix(REGISTRY)
    found = sorted(_candidates(source), key=lambda each: each != REGISTRY) or _without_cluster(
        source
    )
    return RegistryPrefix(found[0], tuple(found[1:])) if found else RegistryPrefix(REGISTRY)


def _is_the_usual_one(source: Source) -> bool:
    """Whether this is a store of one cluster, such as kine, which does not page by folders."""
    page = first_page(source, RangeRequest(key=_bytes(f"{REGISTRY}/{_WITNESS}")))
    return bool(len(page)) and not (page.header and page.header.cluster_id)


def _candidates(source: Source) -> list[str]:
    """Return the prefixes with a cluster that are nearest to the root.

    Folder by folder, without reading their contents; nothing below a cluster is searched.
    """
    level = [""]
    for _ in range(DEEPEST):
        level = [inside for folder in level for inside in folders_in(source, folder)][:MOST_FOLDERS]
        if found := holds_cluster(source, level):
            return found
    return []


def _without_cluster(source: Source) -> list[str]:
    """Return the prefixes of API servers without kube-system, unless the usual one has keys."""
    if first_keys(source, [prefix_range(_bytes(f"{REGISTRY}/"))])[0]:
        return []
    from pyetcdctl.registry.api_servers import api_servers

    return [server.prefix for server in api_servers(source)]


def folders_in(source: Source, folder: str) -> Iterator[str]:
    """Yield the paths of the folders directly inside a folder."""
    names = folders(source, _bytes(f"{folder}/"), most=MOST_FOLDERS)
    return (f"{folder}/{name.decode('utf-8', 'surrogateescape')}" for name in names)


def holds_cluster(source: Source, prefixes: Sequence[str]) -> list[str]:
    """Return those of the prefixes that hold a cluster."""
    keys = [(_bytes(f"{prefix}/{_WITNESS}"), b"") for prefix in prefixes]
    found = first_keys(source, keys)
    return [prefix for prefix, key in zip(prefixes, found, strict=True) if key]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
