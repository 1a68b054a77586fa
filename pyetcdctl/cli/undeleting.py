"""One run of ``undelete``: find the keys and their earlier values, make the plan and remarks on
it.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.revision_times import LeaseTimes, object_reader
from pyetcdctl.cli.session.registry import open_unambiguous_store, store_in
from pyetcdctl.client.lease import time_to_live
from pyetcdctl.errors import BadArguments, InvalidInput
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import first_page
from pyetcdctl.kubernetes.editing.restoring import uid_of
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.stored_value import Reader
from pyetcdctl.registry.consequences import Consequences
from pyetcdctl.registry.store import View
from pyetcdctl.registry.wanted import in_first, parse_words, wanted
from pyetcdctl.results import TransferRow
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.transfer.comparison import Mark
from pyetcdctl.transfer.past import KeyRange, at_revision, before_deletion, newest
from pyetcdctl.transfer.undeletion import Undeletion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.registry.store import Store
    from pyetcdctl.registry.wanted import Wanted
    from pyetcdctl.transfer.entries import TransferEntry
    from pyetcdctl.transfer.guarded_writes import GuardedWrite
    from pyetcdctl.transfer.undeletion import Compared

_NAMED_LEASES = 5


class Request(NamedTuple):
    """The arguments and flags of the command line."""

    words: tuple[str, ...]
    namespace: str
    """Empty for all."""
    etcd_prefix: str
    revision: int
    """0 for none."""
    moment: datetime | None
    replaces: bool
    any_cluster: bool

    @property
    def key_prefix(self) -> bytes | None:
        """The prefix of keys, where the words are certainly one."""
        word = self.words[0]
        is_prefix = len(self.words) == 1 and (word.startswith("/") or not word)
        return raw(word) if is_prefix else None


class Undeleting:
    """One run: first read its rows, then its remarks, then write its passes."""

    def __init__(self, session: Session, request: Request) -> None:
        self._session = session
        self._request = request
        self.server = session.beside_file()
        """The session of the cluster to which keys are written."""
        self.server.check_may_run("undelete")
        self._sources: Sequence[Source] = [session.open_file(each) for each in session.file_paths]
        if len(self._sources) > 1 and (request.revision or request.moment):
            raise BadArguments("--at and --before are for one source: give --from once")
        self._unseen: dict[bytes, str] = {}
        """The titles of objects that were named and not found so far."""
        self._missing: list[str] = []
        self._no_resource: InvalidInput | None = None
        self._is_any = False
        self._undeletion: Undeletion | None = None
        self._leases: Counter[int] = Counter()
        self._alive: dict[int, bool] = {}
        self._remarks: list[str] = []

    @property
    def writes(self) -> int:
        """How many keys will be written."""
        return self._undeletion.writes if self._undeletion else 0

    @property
    def is_incomplete(self) -> bool:
        """Whether a requested key will not be written."""
        found = self._undeletion
        return bool(self._missing or (found and found.in_the_way))

    def rows(self) -> Iterator[TransferRow]:
        """Compare, and yield the keys to write and the keys that exist with another value."""
        revision = self._revision()
        self._check_cluster()
        ranges = self._ranges(revision)
        past = self._past(ranges, revision)
        is_deleted_only = not (self._sources or revision)
        present = () if is_deleted_only else at_revision(self.server.source, ranges)
        found = Undeletion(self._seen(past), present, replaces=self._request.replaces)
        self._undeletion = found
        for each in found.rows():
            if not each.is_in_the_way:
                self._leases[each.entry.lease] += 1
                self._consequences.look(each.entry.key, each.entry.value)
            yield _row(each)
        if self._no_resource and not self._is_any:
            raise self._no_resource
        self._missing = [self._not_found(*each) for each in self._unseen.items()]

    def remarks(self) -> Iterator[str]:
        """Yield the remarks that the user needs before confirming, a line each."""
        found = self._undeletion
        assert found is not None
        yield from self._remarks
        yield from (f"# {each}" for each in self._consequences.remarks())
        yield from self._lease_remarks()
        yield from (f"Error: {each}" for each in self._missing)
        if not (found.writes or found.in_the_way):
            yield "There is nothing to bring back."
            return
        marks = ((Mark.NEW, found.creations), (Mark.DIFFERENT, found.replacements))
        counts = (*marks, (Mark.SAME, found.same), ("!", found.in_the_way))
        yield "  ".join(f"{mark} {count:,}" for mark, count in counts)

    def passes(self) -> Iterator[Iterator[GuardedWrite]]:
        """Yield the writes: owners before what they own."""
        found, ranks = self._undeletion, self._consequences.ranks()
        assert found is not None
        for rank in sorted(set(ranks)):
            yield found.writes_of(rank, ranks, self._living_lease)

    def close(self) -> None:
        """Drop the values."""
        if self._undeletion is not None:
            self._undeletion.close()

    @cached_property
    def _store(self) -> Store:
        """The present objects. The prefix is not searched where the command names one."""
        given = self._request.etcd_prefix
        if self._request.key_prefix is None:
            return open_unambiguous_store(self.server, given)
        return store_in(self.server, self.server.source, self.server.registry_of(given))

    @cached_property
    def _consequences(self) -> Consequences:
        reader = Reader(self._session.decrypter, self._session.release)
        return Consequences(self._store, reader)

    def _revision(self) -> int:
        """Return the revision of --at or --before, 0 for none."""
        request = self._request
        if request.moment is None:
            return request.revision
        source = (*self._sources, self.server.source)[0]
        times = LeaseTimes([source], self._store.prefix).result(object_reader(self._session))
        revision = times.last_before(request.moment)
        shown = f"{request.moment:%Y-%m-%d %H:%M:%S%z}"
        if not revision:
            raise InvalidInput(
                f"no Lease object of {source.name} shows a revision from before {shown}",
                "Try:  --at REVISION, or --from with an older file",
            )
        bound = times.of(revision)
        self._remarks.append(f"# as it was at revision {revision}, written {bound}")
        return revision

    def _check_cluster(self) -> None:
        """Refuse a file of another Kubernetes cluster: its kube-system has another uid."""
        ours = _cluster_uid(self._store) if self._sources else ""
        for source in self._sources:
            theirs = _cluster_uid(store_in(self._session, source, self._store.prefix))
            if ours and theirs and ours != theirs and not self._request.any_cluster:
                raise InvalidInput(
                    f"{source.name} is of another cluster than {self.server.target}: "
                    "namespace kube-system has another uid",
                    "Try:  --any-cluster, if that is meant",
                )

    def _ranges(self, revision: int) -> list[KeyRange]:
        words, prefix = self._request.words, self._request.key_prefix
        if prefix is not None:
            return [KeyRange(*prefix_range(prefix))]
        note = self._session.streams.err.line
        try:
            _, asked = in_first(
                self._stores(revision), lambda store: wanted(store, parse_words(words), note)
            )
        except InvalidInput as error:
            if len(words) > 1:
                raise
            self._no_resource = error
            return [KeyRange(*prefix_range(raw(words[0])))]
        return _apart(map(self._range, asked))

    def _stores(self, revision: int) -> Iterator[Store]:
        """Yield the states in which a custom resource may be defined."""
        yield self._store
        for source in self._sources or ([self.server.source] if revision else []):
            yield store_in(self._session, source, self._store.prefix, View(revision))

    def _range(self, each: Wanted) -> KeyRange:
        namespace = self._request.namespace if each.resource.namespaced else ""
        if each.name and each.resource.namespaced and not namespace:
            raise BadArguments("a name needs one namespace: use -n NAMESPACE instead of -A")
        key = os.fsencode(self._store.key_of(each.resource, namespace, each.name))
        if not each.name:
            return KeyRange(*prefix_range(key))
        self._unseen[key] = str(parse(os.fsdecode(key), self._store.prefix))
        return KeyRange(key)

    def _past(self, ranges: Sequence[KeyRange], revision: int) -> Iterator[TransferEntry]:
        """Return the entries to write, and record their sources."""
        if len(self._sources) > 1:
            return newest(self._sources, ranges)
        if self._sources or revision:
            return at_revision((*self._sources, self.server.source)[0], ranges, revision)
        found = before_deletion(self.server.source, ranges)
        if found.begins_after:
            self._remarks.append(
                f"# what was deleted up to revision {found.begins_after} is no longer known: it "
                "was compacted (--from FILE reads a backup)"
            )
        return found.entries

    def _seen(self, entries: Iterator[TransferEntry]) -> Iterator[TransferEntry]:
        """Pass entries on, and record the keys that were named."""
        for entry in entries:
            self._unseen.pop(entry.key, None)
            self._is_any = True
            yield entry

    def _not_found(self, key: bytes, title: str) -> str:
        page = first_page(self.server.source, RangeRequest(key=key, keys_only=True))
        if len(page):
            return f"{title} is there, and nothing else is known of it"
        return f"{title} was not there"

    def _living_lease(self, lease: int) -> int:
        return lease if self._is_alive(lease) else 0

    def _is_alive(self, lease: int) -> bool:
        known = self._alive.get(lease)
        if known is None:
            response = time_to_live(self.server.connection, lease, self.server.deadline())
            known = self._alive[lease] = response.TTL > 0
        return known

    def _lease_remarks(self) -> Iterator[str]:
        del self._leases[0]
        gone = [each for each in self._leases if not self._is_alive(each)]
        for lease in gone[:_NAMED_LEASES]:
            keys = _keys(self._leases[lease])
            yield f"# lease {lease:016x} does not exist any more; written without it: {keys}"
        if rest := gone[_NAMED_LEASES:]:
            keys = _keys(sum(self._leases[each] for each in rest))
            yield f"# {len(rest):,} more leases do not exist any more; written without them: {keys}"
        if gone:
            yield "# a key without a lease is kept until it is deleted"


def _row(found: Compared) -> TransferRow:
    entry, present = found.entry, found.present
    if found.is_in_the_way:
        remark = f"is there with another value, mod_revision {present}"
        return TransferRow("!", entry.key, remark, entry.mod_revision)
    if not present:
        return TransferRow(Mark.NEW, entry.key, "", entry.mod_revision)
    return TransferRow(
        Mark.DIFFERENT, entry.key, f"instead of mod_revision {present}", entry.mod_revision
    )


def _keys(count: int) -> str:
    return f"{count:,} key{'s' * (count != 1)}"


def _apart(ranges: Iterable[KeyRange]) -> list[KeyRange]:
    """Return ranges in the order of their keys, each once, none within another."""
    kept: list[KeyRange] = []
    for each in sorted(ranges, key=lambda each: (each.key, not each.end)):
        if not (kept and (each.key == kept[-1].key or each.key < kept[-1].end)):
            kept.append(each)
    return kept


def _cluster_uid(store: Store) -> str:
    """Return the uid of a cluster's namespace kube-system; empty where there is none."""
    entry = next(store.list_key(f"{store.prefix}/namespaces/kube-system").entries, None)
    content = store.read(entry).decoded.object if entry else None
    return uid_of(content) if content else ""
