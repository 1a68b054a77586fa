"""The API server's part of a store: its objects, and the resources defined in it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.commands.kubernetes.registry_prefix import registry_prefix
from pyetcdctl.errors import InvalidInput
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.kubernetes.registry_keys import key_of, parse, resource_at
from pyetcdctl.kubernetes.resources import BUILT_IN, DEFINITIONS, Resource, custom_resource, find
from pyetcdctl.kubernetes.stored_value import Reader
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.wire import read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.keyspace.source import PagedRange
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.kubernetes.stored_value import StoredValue


class Entry(NamedTuple):
    """A key and its value."""

    key: str
    value: bytes
    mod_revision: int


class Store:
    """What lies below the API server's prefix."""

    def __init__(self, session: Session, prefix: str) -> None:
        """An empty prefix is found out."""
        self._given = prefix
        self._session = session
        self._read = Reader(session.decrypter, session.release)

    @cached_property
    def prefix(self) -> str:
        """The API server's --etcd-prefix, with a slash before it and none behind."""
        found = registry_prefix(self._session, self._given)
        self._session.registry = found
        return found

    def listed(
        self, key: str, is_name: bool, *, keys_only: bool = False
    ) -> tuple[int, Iterator[Entry]]:
        """Return the revision of a reading, and the entry of a key or all with a prefix."""
        start = key.encode("utf-8", "surrogateescape")
        start, end = (start, b"") if is_name else prefix_range(start)
        request = RangeRequest(key=start, range_end=end, keys_only=keys_only)
        reading = self._reading(request)
        return reading.header.revision, _entries(reading)

    def entries(self, prefix: str, *, keys_only: bool = False) -> Iterator[Entry]:
        """Yield all keys that start with a prefix."""
        key, end = prefix_range(prefix.encode("utf-8", "surrogateescape"))
        yield from _entries(
            self._reading(RangeRequest(key=key, range_end=end, keys_only=keys_only))
        )

    def entry(self, key: str) -> Entry | None:
        """Return one key; None where there is none."""
        return next(self.listed(key, True)[1], None)

    def read(self, entry: Entry) -> StoredValue:
        """Decrypt and decode a value."""
        return self._read(entry.key.encode("utf-8", "surrogateescape"), entry.value)

    @cached_property
    def custom(self) -> tuple[Resource, ...]:
        """The resources that CustomResourceDefinitions in the store define."""
        found = map(custom_resource, self.definitions.values())
        return tuple(resource for resource in found if resource)

    @cached_property
    def definitions(self) -> dict[str, Object]:
        """The CustomResourceDefinitions, by where their objects lie below the prefix."""
        stored = self.entries(f"{self.prefix}/{DEFINITIONS}/")
        objects = (self.read(each).decoded.object for each in stored)
        known = ((custom_resource(each), each) for each in objects)
        return {resource.path: each for resource, each in known if resource and each}

    def resource(self, word: str) -> Resource:
        """Return the resource of a name; raises InvalidInput where the store knows none."""
        found = find(word) or self._custom(word) or self._orphan(word)
        if found:
            return found
        from difflib import get_close_matches

        names = [resource.name for resource in (*BUILT_IN, *self.custom)]
        close = get_close_matches(word, names, n=3, cutoff=0.7)
        advice = [f"Did you mean this?  {'  '.join(close)}"] if close else []
        raise InvalidInput(
            f'the store has no resource "{word}"',
            *advice,
            "Try:  pyetcdctl kubernetes resources",
        )

    def _custom(self, word: str) -> Resource | None:
        """Look a name up in the definitions, and tell when it means several of them."""
        found = [each for each in self.custom if find(word, (each,))]
        if len(found) > 1:
            others = ", ".join(each.full_name for each in found[1:])
            line = f"# {word} is taken for {found[0].full_name}; it may also mean {others}"
            self._session.streams.err.line(line)
        return found[0] if found else None

    def _orphan(self, word: str) -> Resource | None:
        """Look for objects whose definition is gone, or of OpenShift: only keys tell of them."""
        plural, _, group = word.partition(".")
        for place in [group] if group else [f"{plural}/", ""]:
            for entry in self.entries(f"{self.prefix}/{place}", keys_only=True):
                found = parse(entry.key, self.prefix)
                if found and _is_named(found.resource, plural, group):
                    return resource_at(found.path, namespaced=bool(found.namespace))
        return None

    def key_of(self, resource: Resource, namespace: str = "", name: str = "") -> str:
        """Return an object's key, or the prefix of many."""
        return key_of(resource, namespace, name, self.prefix)

    def _reading(self, request: RangeRequest) -> PagedRange:
        return self._session.source.range(request)


def _entries(reading: PagedRange) -> Iterator[Entry]:
    for page in reading.pages():
        for key, _, modified, _, value, _ in page.records():
            changed = signed(read_varint(modified, 0)[0]) if modified else 0
            yield Entry(key.decode("utf-8", "surrogateescape"), value, changed)


def _is_named(resource: Resource, plural: str, group: str) -> bool:
    return resource.plural == plural and group in ("", resource.group)
