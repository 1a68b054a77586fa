"""Changes of a query's objects after they were listed.

Invariant: ``known`` holds what was under each key at the last revision that was listed or reported.
Where the store has compacted the revisions after that, a new listing shows the present state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.registry.store import StoredEntry
from pyetcdctl.rpc.event_batch import DELETE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.kubernetes.kubectl.shown_objects import ShownObject
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.registry.finding import Finder
    from pyetcdctl.rpc.watch import WatchResponse

ADDED, MODIFIED, DELETED = "ADDED", "MODIFIED", "DELETED"


class ListedObjects(NamedTuple):
    """The entries of a resource, or of one name, at a revision."""

    resource: Resource
    name: str
    revision: int
    entries: list[StoredEntry]


class ObjectChange(NamedTuple):
    """A change of an object that is or was selected."""

    event: str
    object: ShownObject


def listed(finder: Finder, resource: Resource, name: str) -> ListedObjects:
    """Read the listing that a watch starts from."""
    listing = finder.listing(resource, name)
    return ListedObjects(resource, name, listing.revision, list(listing.entries))


class Changes:
    """Turns events and listings into changes of the selected objects.

    An object that was deleted, or is not selected any more, is shown in its last state.
    """

    def __init__(self, finder: Finder, begin: ListedObjects) -> None:
        self._finder = finder
        self._resource = begin.resource
        self._known = {entry.key: entry for entry in begin.entries}

    def of_response(self, response: WatchResponse) -> Iterator[ObjectChange]:
        """Yield the changes in the response of a watch."""
        for batch in response.batches:
            for kind, record in zip(batch.kinds, batch.records(), strict=True):
                entry = StoredEntry.of_record(record)
                yield from self._gone(entry) if kind == DELETE else self._present(entry)

    def since(self, now: ListedObjects) -> Iterator[ObjectChange]:
        """Yield the differences of a new listing from the known state: deletions first, then by
        age.
        """
        present = {entry.key for entry in now.entries}
        for entry in [each for each in self._known.values() if each.key not in present]:
            yield from self._gone(entry)
        for entry in sorted(now.entries, key=lambda each: each.mod_revision):
            before = self._known.get(entry.key)
            if before is None or before.mod_revision != entry.mod_revision:
                yield from self._present(entry)

    def _present(self, entry: StoredEntry) -> Iterable[ObjectChange]:
        before = self._known.get(entry.key)
        self._known[entry.key] = entry
        found = self._finder.object(self._resource, entry)
        if found is not None and self._finder.query.selector is None:
            return [ObjectChange(MODIFIED if before else ADDED, found)]
        earlier = self._earlier(before)
        if found is not None:
            return [ObjectChange(MODIFIED if earlier else ADDED, found)]
        return [ObjectChange(DELETED, earlier)] if earlier else []

    def _gone(self, entry: StoredEntry) -> Iterable[ObjectChange]:
        before = self._known.pop(entry.key, None)
        earlier = self._earlier(before and before._replace(mod_revision=entry.mod_revision))
        return [ObjectChange(DELETED, earlier)] if earlier else []

    def _earlier(self, entry: StoredEntry | None) -> ShownObject | None:
        return self._finder.object(self._resource, entry, quiet=True) if entry else None
