"""Which resources a store holds: how many objects, of which kinds, in which versions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec.envelope import MAGIC, unwrap
from pyetcdctl.kubernetes.registry_keys import parse, resource_at

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.registry.store import Store, StoredEntry

ENCRYPTED_TYPE, NO_TYPE = "(encrypted)", "(none)"


class ResourceCount(NamedTuple):
    """What the store holds of one resource."""

    resource: Resource
    namespaced: bool
    objects: int
    kinds: tuple[str, ...]
    versions: tuple[str, ...]
    prefix: str
    is_defined: bool
    """False for a custom resource without a definition."""


class _Met:
    """What was found at one path of keys."""

    def __init__(self) -> None:
        self.count = 0
        self.namespaced = False
        self.types: Counter[str] = Counter()


def count_resources(store: Store) -> list[ResourceCount]:
    """Read everything below the prefix, and return the resources in the order of their keys."""
    custom = {resource.path: resource for resource in store.custom}
    rows = []
    for path, met in _met(store).items():
        resource = custom.get(path) or resource_at(path, namespaced=met.namespaced)
        kinds = {each.rpartition(" ")[2] for each in met.types if not each.startswith("(")}
        rows.append(
            ResourceCount(
                resource,
                met.namespaced,
                met.count,
                tuple(sorted(kinds or filter(None, [resource.kind]))),
                tuple(sorted({each.rpartition(" ")[0] or each for each in met.types})),
                store.key_of(resource),
                not resource.custom or path in custom,
            )
        )
    return sorted(rows, key=lambda row: row.prefix)


def _met(store: Store) -> dict[str, _Met]:
    found: dict[str, _Met] = {}
    for entry in store.entries():
        key = parse(entry.key, store.prefix)
        if key is None:
            continue
        met = found.setdefault(key.path, _Met())
        met.count += 1
        met.namespaced |= bool(key.namespace)
        met.types[_type(store, entry)] += 1
    return found


def _type(store: Store, entry: StoredEntry) -> str:
    """Return apiVersion and kind; of protobuf only the envelope is read."""
    if entry.value.startswith(MAGIC):
        envelope = unwrap(entry.value)
        return f"{envelope.api_version} {envelope.kind}"
    stored = store.read(entry)
    return stored.type or (ENCRYPTED_TYPE if stored.decryption_error else NO_TYPE)
