"""``kubernetes describe``: all that is stored of an object, with its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import check_no_write_out
from pyetcdctl.cli.commands.kubernetes.remarks import Remarks
from pyetcdctl.cli.flags.parameters import EtcdPrefix, Namespace, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import ObjectNotFound, Reported
from pyetcdctl.kubernetes.codec.times import current_time
from pyetcdctl.kubernetes.kubectl.description import (
    describe as described,
)
from pyetcdctl.kubernetes.kubectl.description import event_rows, is_about, last_seen
from pyetcdctl.kubernetes.resources import find
from pyetcdctl.output.columns import aligned, one_line
from pyetcdctl.output.objects import shown_text
from pyetcdctl.registry.finding import Finder, Query
from pyetcdctl.registry.wanted import parse_words, wanted

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.kubectl.shown_objects import ShownObject
    from pyetcdctl.kubernetes.objects import Object

_EXAMPLE = """\
  pyetcdctl kubernetes describe node master
  pyetcdctl kubernetes describe pods -n kube-system"""

app = new_app()


class DescribeFlags(Flags):
    """The flags of ``kubernetes describe``."""

    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="In every namespace.")
    ] = False
    etcd_prefix: EtcdPrefix = ""
    namespace: Namespace = ""


@command(app, "describe", _EXAMPLE, needs_server=False)
def describe(
    session: Session,
    objects: Annotated[list[str], words("RESOURCE [NAME...] | RESOURCE/NAME...")],
    flags: DescribeFlags,
) -> None:
    """Show all that is stored of an object, and the events about it.

    Of a Secret the lengths of its values are shown, not the values.
    """
    check_no_write_out(session)
    asked = parse_words(objects)
    remarks = Remarks(session)
    query = Query(flags.namespace or "default", all_namespaces=flags.all_namespaces)
    finder = Finder(open_store(session, flags.etcd_prefix), query, remarks)
    number = 0
    for resource, name in wanted(finder.store, asked, session.streams.err.line):
        found = list(finder.objects(resource, name))
        if name and not found:
            raise ObjectNotFound(f'{resource.full_name} "{name}" not found')
        for each in found:
            if each.content is not None:
                session.streams.out.safe(b"\n\n" if number else b"")
                _write(session, finder, each, each.content)
                number += 1
    remarks.report_not_decrypted()
    if remarks.has_unread:
        raise Reported


def _write(session: Session, finder: Finder, shown: ShownObject, obj: Object) -> None:
    store, out = finder.store, session.streams.out
    facts = {
        "Etcd Key": store.key_of(shown.resource, shown.namespace, shown.name),
        "Mod Revision": str(obj.get("metadata", {}).get("resourceVersion", "")),
    }
    text = "".join(f"{line}\n" for line in described(obj, facts))
    out.safe(shown_text(text, session.output))
    events = sorted(_events(finder, shown, obj), key=last_seen)
    if not events:
        out.safe(b"Events: <none>\n")
        return
    rows = [[one_line(cell) for cell in row] for row in event_rows(events, current_time())]
    lines = aligned(rows).decode().splitlines()
    out.safe(
        "".join(f"{line}\n" for line in ["Events:", *(f"  {line}" for line in lines)]).encode()
    )


def _events(finder: Finder, shown: ShownObject, obj: Object) -> list[Object]:
    """Return the events about an object; those about one without a namespace are in any."""
    resource, store = find("events"), finder.store
    if resource is None:
        return []
    entries = store.entries(store.key_of(resource, shown.namespace))
    stored = (store.read(entry).decoded.object for entry in entries)
    return [event for event in stored if event is not None and is_about(event, obj)]
