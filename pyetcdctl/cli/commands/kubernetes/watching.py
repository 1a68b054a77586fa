"""``kubernetes get --watch``: what happens to objects after they were listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.outages import teller_of_outages
from pyetcdctl.client.status import COMPACTED
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import WatchCanceled
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.registry.changes import Changes, listed
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from pyetcdctl.cli.commands.kubernetes.remarks import Remarks
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.output.object_listing import ObjectPrinter
    from pyetcdctl.registry.changes import Listed
    from pyetcdctl.registry.finding import Finder


def watch(
    session: Session, finder: Finder, printer: ObjectPrinter, begin: Listed, remarks: Remarks
) -> None:
    """Show each change after a listing, until it is interrupted."""
    watching = Watching(session.connection, teller_of_outages(session))
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
            raise WatchCanceled("watch is canceled by the server")


def _request(finder: Finder, begin: Listed) -> WatchCreateRequest:
    key = finder.key(begin.resource, begin.name).encode("utf-8", "surrogateescape")
    key, end = (key, b"") if begin.name else prefix_range(key)
    return WatchCreateRequest(key=key, range_end=end, start_revision=begin.revision + 1)
