"""``kubernetes get --watch``: what happens to objects after they were listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.kubernetes.store import Entry
from pyetcdctl.client.kv import prefix_range
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import WatchCanceled
from pyetcdctl.output.events import key_values
from pyetcdctl.rpc.watch import DELETE, EVENT_NAMES, WatchCreateRequest

if TYPE_CHECKING:
    from pyetcdctl.cli.kubernetes.finding import Finder, Found
    from pyetcdctl.cli.kubernetes.showing import Showing
    from pyetcdctl.cli.session import Session
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.rpc.kv import KeyValue


def watch(
    session: Session, finder: Finder, showing: Showing, resource: Resource, name: str, begin: int
) -> None:
    """Show each change from a revision on, or from now on for 0, until it is interrupted."""
    key = finder.key(resource, name).encode("utf-8", "surrogateescape")
    key, end = (key, b"") if name else prefix_range(key)
    request = WatchCreateRequest(key=key, range_end=end, start_revision=begin, prev_kv=True)
    watching = Watching(session.connection)
    watching.add(request)
    for told in watching.told():
        for event, before, now in key_values(told.response):
            change = _change(finder, resource, event, before, now)
            if change is not None:
                showing.show_change(change[0], [change[1]])
            finder.tell_closed()
        if told.reason:
            session.streams.err.line(f"watch was canceled ({told.reason})")
            raise WatchCanceled("watch is canceled by the server")


def _change(
    finder: Finder, resource: Resource, event: str, before: KeyValue | None, now: KeyValue
) -> tuple[str, Found] | None:
    """Return what an event is to those who see the selected objects, and the object.

    An object that is gone, or has lost its labels, is shown as it was last.
    """
    if event != EVENT_NAMES[DELETE]:
        found = finder.object(resource, _entry(now))
        is_new = now.create_revision == now.mod_revision
        if found is not None and finder.selects is None:
            return ("ADDED" if is_new else "MODIFIED"), found
        earlier = finder.object(resource, _entry(before), quiet=True) if before else None
        if found is not None:
            return ("MODIFIED" if earlier else "ADDED"), found
    else:
        last = now if before is None else before
        earlier = finder.object(resource, _entry(last, now.mod_revision), quiet=True)
    return ("DELETED", earlier) if earlier else None


def _entry(kv: KeyValue, revision: int = 0) -> Entry:
    return Entry(kv.key.decode("utf-8", "surrogateescape"), kv.value, revision or kv.mod_revision)
