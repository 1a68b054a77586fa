"""The objects that words and flags of ``kubernetes get`` mean, from the store's entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import EtcdPrefix, ManagedFields, Namespace
from pyetcdctl.cli.commands.kubernetes.store import Store
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.kubectl.columns import columns_of
from pyetcdctl.kubernetes.kubectl.label_selectors import label_selector
from pyetcdctl.kubernetes.kubectl.like_api import like_api
from pyetcdctl.kubernetes.registry_keys import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.cli.commands.kubernetes.store import Entry
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.kubernetes.stored_value import StoredValue


class GetFlags(Flags):
    """The flags of ``kubernetes get``."""

    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="In every namespace.")
    ] = False
    as_stored: Annotated[
        bool, typer.Option("--as-stored", help="As it lies in etcd, not as the API would answer.")
    ] = False
    etcd_prefix: EtcdPrefix = ""
    namespace: Namespace = ""
    no_headers: Annotated[bool, typer.Option("--no-headers", help="Rows without their titles.")] = (
        False
    )
    output_watch_events: Annotated[
        bool, typer.Option("--output-watch-events", help="Print what happened: ADDED, DELETED...")
    ] = False
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="wide|name|yaml|json|jsonl|jsonpath=TEMPLATE",
            help="Instead of the usual columns.",
        ),
    ] = ""
    selector: Annotated[
        str, typer.Option("--selector", "-l", metavar="KEY=VALUE,...", help="With these labels.")
    ] = ""
    show_labels: Annotated[
        bool, typer.Option("--show-labels", help="With all labels as the last column.")
    ] = False
    managed_fields: ManagedFields = False
    sort_by: Annotated[
        str, typer.Option("--sort-by", metavar="PATH", help="By a field: .metadata.name")
    ] = ""
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on with what changes, until interrupted.")
    ] = False
    watch_only: Annotated[bool, typer.Option("--watch-only", help="Only what changes.")] = False

    @property
    def watches(self) -> bool:
        """Whether changes are shown."""
        return self.watch or self.watch_only

    @property
    def watch_events(self) -> bool:
        """Whether it is shown what happened to each object."""
        return self.output_watch_events and self.watches

    @property
    def shows_rows(self) -> bool:
        """Whether each object is a row of a table, or a name."""
        return self.output in ("", "wide", "name")

    @property
    def shows_keys_only(self) -> bool:
        """Whether keys tell all that is asked for: ``-o name`` of whatever there is."""
        return self.output == "name" and not (self.selector or self.sort_by)


class Found(NamedTuple):
    """An object in the store; ``shown`` is None where nothing of it can be read."""

    resource: Resource
    namespace: str
    name: str
    shown: Object | None
    unreadable: str = "<unknown>"
    """What stands in the columns of an object that cannot be read."""
    schema_known: bool = True
    """Whether the names of its fields are known besides those of the metadata."""

    @property
    def full_name(self) -> str:
        """The object as ``-o name`` writes it: RESOURCE.GROUP/NAME."""
        singular = self.resource.singular or self.resource.plural
        return f"{singular}{'.' if self.resource.group else ''}{self.resource.group}/{self.name}"


class Finder:
    """Finds objects, and collects the values that could not be decrypted."""

    def __init__(self, session: Session, flags: GetFlags) -> None:
        self.store = Store(session, flags.etcd_prefix)
        self._session = session
        self._flags = flags
        self.selects = label_selector(flags.selector) if flags.selector else None
        self.not_decrypted: list[str] = []
        self.unreadable = 0

    @property
    def namespace(self) -> str:
        """The namespace that is meant where none of all is."""
        return self._flags.namespace or "default"

    def key(self, resource: Resource, name: str) -> str:
        """Return the key of a name, or the prefix of all."""
        everywhere = self._flags.all_namespaces or not resource.namespaced
        if name and resource.namespaced and everywhere:
            raise BadArguments("a name stands in one namespace: -A does not go with it")
        return self.store.key_of(resource, "" if everywhere else self.namespace, name)

    def objects(self, resource: Resource, name: str) -> Iterator[Found]:
        """Yield the objects of a resource; one at most for a name."""
        key, keys_only = self.key(resource, name), self._flags.shows_keys_only
        return self.among(resource, self.store.listed(key, bool(name), keys_only=keys_only)[1])

    def among(self, resource: Resource, entries: Iterable[Entry]) -> Iterator[Found]:
        """Yield those entries that are objects of the resource and have the labels."""
        for entry in entries:
            found = self.object(resource, entry)
            if found is not None:
                yield found

    def object(self, resource: Resource, entry: Entry, *, quiet: bool = False) -> Found | None:
        """Return what an entry holds; None for what is not asked for."""
        place = parse(entry.key, self.store.prefix)
        if place is None or place.path != resource.path:
            return None
        if self._flags.shows_keys_only:
            return Found(resource, place.namespace, place.name, None)
        stored = self.store.read(entry)
        if not quiet:
            self._tell_about(resource, entry, stored)
        shown = self._shown(resource, entry, stored)
        if self.selects is not None and not (shown is not None and self.selects(shown)):
            return None
        unreadable = "<encrypted>" if stored.decryption_error else "<unknown>"
        is_known = stored.decoded.schema_known
        return Found(resource, place.namespace, place.name, shown, unreadable, is_known)

    def report_not_decrypted(self) -> None:
        """Report the values that could not be decrypted since the last report."""
        if self.not_decrypted:
            self._session.report_count_not_decrypted(len(self.not_decrypted), self.not_decrypted[0])
            self.not_decrypted = []

    def _shown(self, resource: Resource, entry: Entry, stored: StoredValue) -> Object | None:
        obj = stored.decoded.object
        if obj is None or self._flags.as_stored:
            return obj
        keeps = self._flags.managed_fields
        return like_api(obj, entry.mod_revision, managed_fields=keeps, group=resource.group)

    def _tell_about(self, resource: Resource, entry: Entry, stored: StoredValue) -> None:
        if stored.decryption_error:
            self.not_decrypted.append(f"{entry.key}: {stored.decryption_error}")
            return
        remarks = stored.remarks
        if stored.decoded.object is None:
            self.unreadable += 1
            remarks = remarks or ["it holds no object of Kubernetes"]
        elif self._flags.shows_rows:
            remarks = _remarks_on_row(resource, stored)
        for line in remarks:
            self._session.streams.err.line(f"# {entry.key}: {line}")


def _remarks_on_row(resource: Resource, stored: StoredValue) -> list[str]:
    """Return the remarks on an object of which a row shows only a few fields."""
    remarks = [stored.decoded.problem] if stored.decoded.problem else []
    columns = columns_of("" if resource.custom else resource.kind)
    if not (stored.decoded.schema_known or all(column.of_metadata for column in columns)):
        remarks.append(f"{stored.type} is not known here: only its metadata can be shown")
    return remarks
