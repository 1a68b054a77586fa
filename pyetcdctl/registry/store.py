"""An API server's objects below its prefix, and the resources that are defined among them."""

from __future__ import annotations

import os
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import InvalidInput
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.kubernetes import openshift
from pyetcdctl.kubernetes.definitions import categories_of
from pyetcdctl.kubernetes.registry_keys import (
    at_older_name,
    key_of,
    parse,
    prefix_beside,
    resource_at,
)
from pyetcdctl.kubernetes.resources import (
    BUILT_IN,
    DEFINITIONS,
    Resource,
    custom_resource,
    find,
    find_among,
    similar_names,
)
from pyetcdctl.kubernetes.stored_value import Reader
from pyetcdctl.registry.folders import folders
from pyetcdctl.rpc.key_values import number_of
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.keyspace.source import PagedRange, Source
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.kubernetes.stored_value import Decrypter, StoredValue
    from pyetcdctl.rpc.key_values import Record

_MOST_FOLDERS = 5_000


class StoredEntry(NamedTuple):
    """A key below the prefix and its value."""

    key: str
    value: bytes
    mod_revision: int

    @classmethod
    def of_record(cls, record: Record) -> StoredEntry:
        """Return the entry of a KeyValue on the wire."""
        key, _, modified, _, value, _ = record
        return cls(key.decode("utf-8", "surrogateescape"), value, number_of(modified))


class EntryReading(NamedTuple):
    """The entries of a range at one revision, read lazily."""

    revision: int
    entries: Iterator[StoredEntry]


class View(NamedTuple):
    """The state of the store that is read: ``revision`` 0 is the current one."""

    revision: int = 0
    serializable: bool = False


NOW = View()


class Store:
    """The objects below one prefix of a source."""

    def __init__(
        self,
        source: Source,
        prefix: str,
        keyring: Decrypter | None = None,
        *,
        release: str | None = None,
        view: View = NOW,
    ) -> None:
        self.source = source
        self.prefix = prefix
        self._reader = Reader(keyring, release)
        self._view = view

    def list_prefix(self, prefix: str, *, keys_only: bool = False) -> EntryReading:
        """Read all keys that start with a prefix."""
        return self._listing(*prefix_range(_bytes(prefix)), keys_only=keys_only)

    def list_key(self, key: str, *, keys_only: bool = False) -> EntryReading:
        """Read one key, in the form of a listing."""
        return self._listing(_bytes(key), b"", keys_only=keys_only)

    def entries(self, prefix: str = "", *, keys_only: bool = False) -> Iterator[StoredEntry]:
        """Yield the entries that start with a prefix; without one all of the API servers."""
        if prefix:
            return self.list_prefix(prefix, keys_only=keys_only).entries
        return chain.from_iterable(
            self.list_prefix(f"{each}/", keys_only=keys_only).entries for each in self.prefixes
        )

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """The prefix, and that of the API servers of OpenShift where they keep objects, too."""
        beside = prefix_beside(self.prefix)
        return (self.prefix, beside) if self.openshift and beside != self.prefix else (self.prefix,)

    @cached_property
    def openshift(self) -> tuple[Resource, ...]:
        """The resources of OpenShift's own API servers, if any object of theirs is stored."""
        first = self._first(f"{prefix_beside(self.prefix)}/")
        return openshift.RESOURCES if next(first, None) else ()

    def read(self, entry: StoredEntry) -> StoredValue:
        """Decrypt and decode a value."""
        return self._reader(_bytes(entry.key), entry.value)

    def key_of(self, resource: Resource, namespace: str = "", name: str = "") -> str:
        """Return an object's key, or the prefix of many."""
        return key_of(resource, namespace, name, self.prefix)

    @cached_property
    def definitions(self) -> dict[str, Object]:
        """The CustomResourceDefinitions, by where their objects are below the prefix."""
        stored = self.entries(f"{self.prefix}/{DEFINITIONS}/")
        objects = (self.read(each).decoded.object for each in stored)
        known = ((custom_resource(each), each) for each in objects)
        return {resource.path: each for resource, each in known if resource and each}

    @cached_property
    def custom(self) -> tuple[Resource, ...]:
        """The resources that CustomResourceDefinitions in the store define."""
        found = map(custom_resource, self.definitions.values())
        return tuple(resource for resource in found if resource)

    def knows(self, word: str) -> bool:
        """Whether a name means a built-in or a defined resource."""
        found = find(word) or find_among(word, self.custom) or find_among(word, self.openshift)
        return found is not None

    def in_category(self, word: str) -> list[Resource]:
        """Return the custom resources whose definitions name a category."""
        return [each for each in self.custom if word in categories_of(self.definitions[each.path])]

    def meanings(self, word: str) -> tuple[Resource, ...]:
        """Return the resources that a name may mean, the preferred one first.

        Raises InvalidInput where the store knows none.
        """
        if built_in := find(word) or at_older_name(word):
            return (built_in,)
        defined = tuple(each for each in self.custom if find_among(word, (each,)))
        if defined:
            return defined
        if beside := find_among(word, self.openshift):
            return (beside,)
        if orphan := self._orphan(word):
            return (orphan,)
        raise self._unknown(word)

    def _orphan(self, word: str) -> Resource | None:
        """Search for objects without a definition: only their keys show the resource."""
        plural, _, group = word.lower().partition(".")
        places = [f"{group}/{plural}"] if group else [plural, *self._grouped(plural)]
        for place in places:
            first = next(self._first(f"{self.prefix}/{place}/"), None)
            found = parse(first.key, self.prefix) if first else None
            if found and found.path == place:
                return resource_at(found.path, namespaced=bool(found.namespace))
        return None

    def _grouped(self, plural: str) -> Iterator[str]:
        """Yield where objects of a plural would be in each group that the keys have."""
        names = folders(self.source, _bytes(f"{self.prefix}/"), most=_MOST_FOLDERS, at_once=True)
        return (f"{os.fsdecode(each)}/{plural}" for each in names if b"." in each)

    def _first(self, prefix: str) -> Iterator[StoredEntry]:
        key, end = prefix_range(_bytes(prefix))
        request = RangeRequest(key=key, range_end=end, limit=1, keys_only=True)
        return _entries(self.source.range(self._seen(request)))

    def _unknown(self, word: str) -> InvalidInput:
        close = similar_names(word, (*BUILT_IN, *self.custom, *self.openshift))
        advice = [f"Did you mean this?  {'  '.join(close)}"] if close else []
        return InvalidInput(
            f'the store has no resource "{word}"',
            *advice,
            "Try:  pyetcdctl kubernetes resources",
        )

    def _listing(self, key: bytes, end: bytes, *, keys_only: bool) -> EntryReading:
        request = RangeRequest(key=key, range_end=end, keys_only=keys_only)
        reading = self.source.range(self._seen(request))
        return EntryReading(reading.header.revision, _entries(reading))

    def _seen(self, request: RangeRequest) -> RangeRequest:
        request.revision, request.serializable = self._view
        return request


def _entries(reading: PagedRange) -> Iterator[StoredEntry]:
    for page in reading.pages():
        yield from map(StoredEntry.of_record, page.records())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
