"""What controllers do to objects as soon as they are written to etcd, past the API server.

They delete an object with a deletionTimestamp, one whose owners do not exist (the garbage collector
looks for them by uid), one in a namespace that does not exist, and a pod of a node that does not
exist. Owners must be written before the objects that they own, so that the garbage collector finds
them.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.editing.restoring import owner_references, uid_of
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.resources import of_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.kubernetes.registry_keys import ObjectKey
    from pyetcdctl.kubernetes.stored_value import Reader
    from pyetcdctl.registry.store import Store

_EXAMPLES = 3
_DEEPEST = 250
"""Owners of owners that are followed; ranks are kept in a byte."""


class _Owned(NamedTuple):
    """An object that names owners."""

    place: ObjectKey
    owners: list[Object]


class Consequences:
    """Examines objects before they are written, in one pass, and reports what controllers will do
    to them.
    """

    def __init__(self, store: Store, read: Reader) -> None:
        """``store`` is where they are written to; ``read`` decrypts and decodes them."""
        self._store = store
        self._read = read
        self._count = 0
        self._uids: dict[str, int] = {}
        self._known_owners: dict[str, bool] = {}
        self._owned: dict[int, _Owned] = {}
        self._namespaces: dict[str, int] = {}
        self._within: dict[str, list[int]] = defaultdict(list)
        self._found: dict[str, list[str]] = defaultdict(list)
        self._nodes: dict[str, bool] = {}
        self._nodes_planned: set[str] = set()
        self._pods: list[tuple[str, ObjectKey]] = []

    def look(self, key: bytes, value: bytes) -> None:
        """Examine an object that will be written; keys of other programs are ignored."""
        at, self._count = self._count, self._count + 1
        place = parse(key.decode("utf-8", "surrogateescape"), self._store.prefix)
        if place is None:
            return
        stored = self._read(key, value)
        content = stored.decoded.object
        if place.path == "namespaces":
            self._namespaces[place.name] = at
        elif place.path == "minions":
            self._nodes_planned.add(place.name)
        if place.namespace:
            self._within[place.namespace].append(at)
        if content is not None:
            self._look_inside(at, place, content)

    def remarks(self) -> Iterator[str]:
        """Yield a line for each consequence; to be read when all objects were examined."""
        for owned in self._owned.values():
            if gone := self._all_gone(owned):
                self._found["its owners are gone"].append(f"{owned.place} (of {gone})")
        for node, place in self._pods:
            if not self._has_node(node):
                self._found["its node is gone"].append(f"{place} (on {node})")
        for why, places in self._found.items():
            yield f"{_objects(len(places))} will be deleted again, {why}: {_some(places)}"
        for namespace, within in sorted(self._within.items()):
            if namespace not in self._namespaces and not self._has_namespace(namespace):
                yield f"{_objects(len(within))} in namespace {namespace}, which is not there"

    def ranks(self) -> array[int]:
        """Return the rank in which each object must be written, in the order of examining: owners
        first.
        """
        ranks = array("B", bytes(self._count))
        for namespace, within in self._within.items():
            if namespace in self._namespaces:
                for at in within:
                    ranks[at] = 1
        done: set[int] = set()
        for at in self._owned:
            self._rank(at, ranks, done, 0)
        return ranks

    def _look_inside(self, at: int, place: ObjectKey, content: Object) -> None:
        if uid := uid_of(content):
            self._uids[uid] = at
        if owners := owner_references(content):
            self._owned[at] = _Owned(place, owners)
        metadata, spec = content.get("metadata"), content.get("spec")
        if isinstance(metadata, dict) and metadata.get("deletionTimestamp"):
            self._found["deletionTimestamp is set"].append(f"{place}{_finalizers(metadata)}")
        if place.path == "pods" and isinstance(spec, dict) and spec.get("nodeName"):
            self._pods.append((str(spec["nodeName"]), place))

    def _all_gone(self, owned: _Owned) -> str:
        """Return an owner, if no owner exists or will be written; else an empty string."""
        names = ""
        for owner in owned.owners:
            uid = str(owner.get("uid") or "")
            if uid in self._uids or self._is_there(owned.place.namespace, owner, uid):
                return ""
            names = names or f"{owner.get('kind')} {owner.get('name')}"
        return names

    def _is_there(self, namespace: str, owner: Object, uid: str) -> bool:
        """Whether an owner exists, or may exist because its kind is not known."""
        found = self._known_owners.get(uid)
        if found is None:
            there = uid_of_owner(self._store, namespace, owner)
            found = self._known_owners[uid] = there in (uid, None)
        return found

    def _rank(self, at: int, ranks: array[int], done: set[int], depth: int) -> int:
        owned = self._owned.get(at)
        if owned is None or at in done or depth >= _DEEPEST:
            return ranks[at]
        done.add(at)
        for owner in owned.owners:
            owner_at = self._uids.get(str(owner.get("uid") or ""))
            if owner_at is not None:
                rank = self._rank(owner_at, ranks, done, depth + 1) + 1
                ranks[at] = min(max(ranks[at], rank), _DEEPEST)
        return ranks[at]

    def _has_namespace(self, name: str) -> bool:
        return self._has(f"{self._store.prefix}/namespaces/{name}")

    def _has_node(self, name: str) -> bool:
        if name not in self._nodes:
            is_planned = name in self._nodes_planned
            self._nodes[name] = is_planned or self._has(f"{self._store.prefix}/minions/{name}")
        return self._nodes[name]

    def _has(self, key: str) -> bool:
        return any(True for _ in self._store.list_key(key, keys_only=True).entries)


def _objects(count: int) -> str:
    return f"{count:,} object{'s' * (count != 1)}"


def _some(places: list[str]) -> str:
    more = len(places) - _EXAMPLES
    return ", ".join(places[:_EXAMPLES]) + (f" and {more:,} more" if more > 0 else "")


def _finalizers(metadata: Object) -> str:
    finalizers = metadata.get("finalizers")
    if not isinstance(finalizers, list) or not finalizers:
        return ""
    return f" (finalizers {', '.join(map(str, finalizers))})"


def uid_of_owner(store: Store, namespace: str, owner: Object) -> str | None:
    """Return the uid of the object that an owner reference names; empty if it does not exist.

    None where the store does not have the kind, and its keys are unknown.
    """
    group = str(owner.get("apiVersion", "")).rpartition("/")[0]
    kind = str(owner.get("kind", ""))
    others = (*store.custom, *store.openshift)
    resource = of_kind(kind, group) or of_kind(kind, group, others)
    if resource is None:
        return None
    within = namespace if resource.namespaced else ""
    key = store.key_of(resource, within, str(owner.get("name", "")))
    found = next(store.list_key(key).entries, None)
    content = store.read(found).decoded.object if found else None
    return uid_of(content) if content else ""
