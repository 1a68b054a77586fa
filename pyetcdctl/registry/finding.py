"""The objects that a query means, from the store's entries."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.kubectl.columns import columns_of
from pyetcdctl.kubernetes.kubectl.like_api import like_api
from pyetcdctl.kubernetes.kubectl.shown_objects import (
    ENCRYPTED_CELL,
    UNKNOWN_CELL,
    ShownObject,
)
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.schema.table import message_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.kubernetes.stored_value import StoredValue
    from pyetcdctl.registry.store import EntryReading, Store, StoredEntry

    Selector = Callable[[Object], bool]


class Query(NamedTuple):
    """Which objects are selected, and how they are shown."""

    namespace: str = "default"
    all_namespaces: bool = False
    selector: Selector | None = None
    as_stored: bool = False
    managed_fields: bool = False
    rows_only: bool = False
    """Whether only a few fields of each object are shown: remarks on other fields are left out."""
    names_only: bool = False
    """Whether the keys alone are needed."""


class RemarkKind(Enum):
    """The kind of a remark on an object."""

    NOT_DECRYPTED = "not decrypted"
    NO_OBJECT = "no object"
    REMARK = "remark"


class Remark(NamedTuple):
    """A remark for the user on the value of a key."""

    trouble: RemarkKind
    key: str
    text: str


class Finder:
    """Finds objects of a store; ``report`` is called with each remark on one."""

    def __init__(self, store: Store, query: Query, report: Callable[[Remark], None]) -> None:
        self.store = store
        self.query = query
        self._report = report

    def key(self, resource: Resource, name: str) -> str:
        """Return the key of a name, or the prefix of all."""
        everywhere = self.query.all_namespaces or not resource.namespaced
        if name and resource.namespaced and everywhere:
            raise BadArguments("a name needs one namespace: use -n NAMESPACE instead of -A")
        return self.store.key_of(resource, "" if everywhere else self.query.namespace, name)

    def listing(self, resource: Resource, name: str) -> EntryReading:
        """Read the entries of a resource, or of one name."""
        key, keys_only = self.key(resource, name), self.query.names_only
        read = self.store.list_key if name else self.store.list_prefix
        return read(key, keys_only=keys_only)

    def objects(self, resource: Resource, name: str) -> Iterator[ShownObject]:
        """Yield the objects of a resource; one at most for a name."""
        return self.among(resource, self.listing(resource, name).entries)

    def among(self, resource: Resource, entries: Iterable[StoredEntry]) -> Iterator[ShownObject]:
        """Yield those entries that are objects of the resource and are selected."""
        for entry in entries:
            found = self.object(resource, entry)
            if found is not None:
                yield found

    def object(
        self, resource: Resource, entry: StoredEntry, *, quiet: bool = False
    ) -> ShownObject | None:
        """Return the object of an entry; None where it is not selected."""
        place = parse(entry.key, self.store.prefix)
        if place is None or place.path != resource.path:
            return None
        if self.query.names_only:
            return ShownObject(resource, place.namespace, place.name, None)
        stored = self.store.read(entry)
        if not quiet:
            for remark in self._remarks(resource, entry, stored):
                self._report(remark)
        content = self._content(resource, entry, stored)
        selector = self.query.selector
        if selector is not None and not (content is not None and selector(content)):
            return None
        placeholder = ENCRYPTED_CELL if stored.decryption_error else UNKNOWN_CELL
        is_known = _is_known(resource, stored)
        return ShownObject(resource, place.namespace, place.name, content, placeholder, is_known)

    def _content(
        self, resource: Resource, entry: StoredEntry, stored: StoredValue
    ) -> Object | None:
        obj = stored.decoded.object
        if obj is None or self.query.as_stored:
            return obj
        keeps = self.query.managed_fields
        return like_api(obj, entry.mod_revision, managed_fields=keeps, group=resource.group)

    def _remarks(
        self, resource: Resource, entry: StoredEntry, stored: StoredValue
    ) -> Iterator[Remark]:
        if stored.decryption_error:
            yield Remark(RemarkKind.NOT_DECRYPTED, entry.key, stored.decryption_error)
        elif stored.decoded.object is None:
            lines = stored.remarks or ["it holds no object of Kubernetes"]
            yield from (Remark(RemarkKind.NO_OBJECT, entry.key, line) for line in lines)
        else:
            rows_only = self.query.rows_only
            lines = _remarks_on_row(resource, stored) if rows_only else stored.remarks
            yield from (Remark(RemarkKind.REMARK, entry.key, line) for line in lines)


def _remarks_on_row(resource: Resource, stored: StoredValue) -> list[str]:
    """Return the remarks on an object of which a row shows only a few fields."""
    remarks = [stored.decoded.problem] if stored.decoded.problem else []
    columns = columns_of("" if resource.custom else resource.kind)
    if not (_is_known(resource, stored) or all(column.of_metadata for column in columns)):
        remarks.append(f"{stored.type} is not known here: only its metadata can be shown")
    return remarks


def _is_known(resource: Resource, stored: StoredValue) -> bool:
    """Whether the fields have the meaning that the columns of the resource expect.

    JSON and CBOR need no table to be read, so that an object of a later version has the field names
    of that version.
    """
    decoded = stored.decoded
    if resource.custom or not decoded.kind:
        return decoded.schema_known
    return message_name(decoded.api_version, decoded.kind) is not None
