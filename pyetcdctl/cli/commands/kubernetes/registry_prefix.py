"""Where the API server keeps its objects: its --etcd-prefix, given, found or guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import first_page
from pyetcdctl.kubernetes.registry_keys import REGISTRY
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.cli.session.session import Session

_WITNESS = "namespaces/kube-system"
"""Every cluster has this object, and nothing but a cluster has its key."""
_MOST_FOLDERS, _DEEPEST = 50, 3


def known_prefix(session: Session, given: str) -> str:
    """Return the prefix that was given, or that this node's API server has, or the usual one."""
    return _normal(given or _of_this_node(session)) or REGISTRY


def registry_prefix(session: Session, given: str) -> str:
    """Return the prefix; one that nobody named is looked up in the store."""
    if given:
        return _normal(given)
    known = known_prefix(session, "")
    for likely in dict.fromkeys((known, REGISTRY)):
        if _is_registry(session, likely):
            return likely
    if _first(session, *prefix_range(f"{known}/".encode())):
        return known
    return _Folders(session).search("") or known


def _of_this_node(session: Session) -> str:
    root = discovery_root(session.streams.environment)
    if root is None:
        return ""
    from pyetcdctl.discovery import find_etcd_prefix

    return find_etcd_prefix(root)


def _normal(prefix: str) -> str:
    return "/" + prefix.strip("/") if prefix.strip("/") else ""


def _is_registry(session: Session, prefix: str) -> bool:
    return bool(_first(session, f"{prefix}/{_WITNESS}".encode("utf-8", "surrogateescape"), b""))


def _first(session: Session, key: bytes, end: bytes) -> bytes:
    """Return the first key of a range; empty where there is none."""
    request = RangeRequest(key=key, range_end=end, limit=1, keys_only=True)
    page = first_page(session.source, request)
    return page.key(0) if len(page) else b""


class _Folders:
    """Looks for the registry from folder to folder, without reading what is in them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._left = _MOST_FOLDERS

    def search(self, folder: str, depth: int = 1) -> str:
        """Return the prefix in or below a folder; empty where there is none."""
        inside = list(self._inside(folder))
        for each in inside:
            if _is_registry(self._session, each):
                return each
        if depth < _DEEPEST:
            return next(filter(None, (self.search(each, depth + 1) for each in inside)), "")
        return ""

    def _inside(self, folder: str) -> Iterator[str]:
        start = f"{folder}/".encode("utf-8", "surrogateescape")
        key, end = prefix_range(start)
        while self._left > 0:
            self._left -= 1
            found = _first(self._session, key, end)
            if not found:
                return
            name, slash, _ = found[len(start) :].partition(b"/")
            if slash:
                yield (start + name).decode("utf-8", "surrogateescape")
            # Behind all keys of this folder: 0 follows the slash.
            key = start + name + (b"0" if slash else b"\0")
