"""``kubernetes get --watch``: what happens to objects after they were listed.

Invariant: ``known`` is what lay under each key at the last revision that was listed or told. When
the store has forgotten what came next, a new listing shows how all of it ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.commands.kubernetes.store import Entry
from pyetcdctl.cli.outages import teller_of_outages
from pyetcdctl.client.status import COMPACTED
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import WatchCanceled
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.output.events import key_values
from pyetcdctl.rpc.event_batch import DELETE, EVENT_NAMES
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.cli.commands.kubernetes.finding import Finder, Found
    from pyetcdctl.cli.commands.kubernetes.showing import Showing
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.rpc.watch import WatchResponse


class Listed(NamedTuple):
    """What lay under the keys of a resource, or of one name, at a revision."""

    resource: Resource
    name: str
    revision: int
    entries: list[Entry]


def listed(finder: Finder, resource: Resource, name: str) -> Listed:
    """Read all that a watch begins with."""
    revision, entries = finder.store.listed(finder.key(resource, name), bool(name))
    return Listed(resource, name, revision, list(entries))


def watch(session: Session, finder: Finder, showing: Showing, begin: Listed) -> None:
    """Show each change after a listing, until it is interrupted."""
    watching = Watching(session.connection, teller_of_outages(session))
    watching.add(_request(finder, begin))
    changes = _Changes(finder, begin)
    for told in watching.told():
        forgotten = told.reason == COMPACTED
        if forgotten:
            begin = listed(finder, begin.resource, begin.name)
            session.streams.err.line(
                "# The changes of a while were compacted away; listed again: what follows is how "
                "they ended"
            )
            watching.add(_request(finder, begin))
        for event, found in changes.missed(begin) if forgotten else changes.told(told.response):
            showing.show_change(event, [found])
            finder.report_not_decrypted()
        if told.reason and not forgotten:
            session.streams.err.line(f"watch was canceled ({told.reason})")
            raise WatchCanceled("watch is canceled by the server")


def _request(finder: Finder, begin: Listed) -> WatchCreateRequest:
    key = finder.key(begin.resource, begin.name).encode("utf-8", "surrogateescape")
    key, end = (key, b"") if begin.name else prefix_range(key)
    return WatchCreateRequest(key=key, range_end=end, start_revision=begin.revision + 1)


class _Changes:
    """What events and listings are to those who see the selected objects.

    An object that is gone, or has lost its labels, is shown as it was last.
    """

    def __init__(self, finder: Finder, begin: Listed) -> None:
        self._finder = finder
        self._resource = begin.resource
        self._known = {entry.key: entry for entry in begin.entries}

    def told(self, response: WatchResponse) -> Iterator[tuple[str, Found]]:
        """Yield what a watch was told, and the objects."""
        for event, _, kv in key_values(response):
            entry = Entry(kv.key.decode("utf-8", "surrogateescape"), kv.value, kv.mod_revision)
            gone = event == EVENT_NAMES[DELETE]
            yield from self._gone(entry) if gone else self._there(entry)

    def missed(self, now: Listed) -> Iterator[tuple[str, Found]]:
        """Yield how a new listing differs from what is known: first what is gone, then by age."""
        there = {entry.key for entry in now.entries}
        for entry in [each for each in self._known.values() if each.key not in there]:
            yield from self._gone(entry)
        for entry in sorted(now.entries, key=lambda each: each.mod_revision):
            before = self._known.get(entry.key)
            if before is None or before.mod_revision != entry.mod_revision:
                yield from self._there(entry)

    def _there(self, entry: Entry) -> Iterable[tuple[str, Found]]:
        before = self._known.get(entry.key)
        self._known[entry.key] = entry
        found = self._finder.object(self._resource, entry)
        if found is not None and self._finder.selects is None:
            return [("MODIFIED" if before else "ADDED", found)]
        earlier = self._earlier(before)
        if found is not None:
            return [("MODIFIED" if earlier else "ADDED", found)]
        return [("DELETED", earlier)] if earlier else []

    def _gone(self, entry: Entry) -> Iterable[tuple[str, Found]]:
        before = self._known.pop(entry.key, None)
        earlier = self._earlier(before and before._replace(mod_revision=entry.mod_revision))
        return [("DELETED", earlier)] if earlier else []

    def _earlier(self, entry: Entry | None) -> Found | None:
        return self._finder.object(self._resource, entry, quiet=True) if entry else None
