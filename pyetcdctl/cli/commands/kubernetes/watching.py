"""``kubernetes get --watch``: show changes of objects after they were listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.status import COMPACTED
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import WatchCanceled
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.output.tree import escaped
from pyetcdctl.registry.changes import Changes, listed
from pyetcdctl.registry.wanted import Wanted
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from pyetcdctl.changes.events import KeyChange
    from pyetcdctl.cli.commands.kubernetes.remarks import Remarks
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.output.object_listing import ObjectPrinter
    from pyetcdctl.registry.changes import ListedObjects
    from pyetcdctl.registry.finding import Finder


def watch(
    session: Session, finder: Finder, printer: ObjectPrinter, begin: ListedObjects, remarks: Remarks
) -> None:
    """Show each change after a listing, until it is interrupted."""
    watching = Watching(session.connection, session.report_outage)
    watching.add(_request(finder, begin))
    changes = Changes(finder, begin)
    for received in watching.received():
        is_compacted = received.reason == COMPACTED
        if is_compacted:
            begin = listed(finder, begin.resource, begin.name)
            session.streams.err.line(
                "# Some changes were compacted away. Listed again: what follows is how they ended"
            )
            watching.add(_request(finder, begin))
        found = changes.since(begin) if is_compacted else changes.of_response(received.response)
        for event, shown in found:
            printer.write_changed(event, [shown])
            remarks.report_not_decrypted()
        if received.reason and not is_compacted:
            session.streams.err.line(f"watch was canceled ({received.reason})")
            raise WatchCanceled("watch is canceled by the server", reason=received.reason)


class DifferenceOptions(NamedTuple):
    """How ``--diff`` shows changes; ``revision`` is the first that may be shown, 0 for now."""

    format: str = "simple"
    shows_noise: bool = False
    shows_secrets: bool = False
    revision: int = 0


def watch_differences(
    session: Session, finder: Finder, asked: Wanted, options: DifferenceOptions
) -> None:
    """Show the difference of each change of the selected objects, until interrupted."""
    from pyetcdctl.cli.change_watch import ChangeView, ChangeWatch

    resource, selector = asked.resource, finder.query.selector
    registry = finder.store.prefix

    def is_meant(change: KeyChange) -> bool:
        place = parse(change.key.decode("utf-8", "surrogateescape"), registry)
        if place is None or place.path != resource.path:
            return False
        sides = (side.object for side in (change.before, change.after) if side)
        return selector is None or any(side is not None and selector(side) for side in sides)

    def title(key: bytes) -> str:
        place = parse(key.decode("utf-8", "surrogateescape"), registry)
        return escaped(str(place).encode("utf-8", "surrogateescape"))

    view = ChangeView(*options[:3], is_meant, title)
    key, end = _range(finder, asked)
    request = WatchCreateRequest(key=key, range_end=end, start_revision=options.revision)
    for _ in ChangeWatch(session, request, view).responses():
        pass


def _request(finder: Finder, begin: ListedObjects) -> WatchCreateRequest:
    key, end = _range(finder, Wanted(begin.resource, begin.name))
    return WatchCreateRequest(key=key, range_end=end, start_revision=begin.revision + 1)


def _range(finder: Finder, asked: Wanted) -> tuple[bytes, bytes]:
    key = finder.key(*asked).encode("utf-8", "surrogateescape")
    return (key, b"") if asked.name else prefix_range(key)
