"""The ``yaml`` format: a document for each key, after comments with the key and its revision.

Each event of a watch, and each leader of an election, is a document after ``---``, so that a reader
can parse them one by one.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.errors import UnsupportedFormat
from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.output.events import records
from pyetcdctl.output.values import ShownEntry, comment, document, shown_yaml
from pyetcdctl.results import DecodedResponse, Listing
from pyetcdctl.rpc.event_batch import DELETE, EVENT_NAMES
from pyetcdctl.rpc.kv import DeleteRangeResponse, PutResponse, RangeResponse
from pyetcdctl.rpc.txn import TxnResponse
from pyetcdctl.rpc.watch import WatchResponse

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.results import Decoding
    from pyetcdctl.rpc.wire import Message
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write the result as YAML."""
    raise unsupported("yaml")


def can_show(kind: type) -> bool:
    """Return whether the format shows results of this type."""
    return is_registered(render, kind)


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    if result.keys_only:
        raise UnsupportedFormat(
            "yaml not supported as output format", "It shows values, and --keys-only reads none."
        )
    documents = _Documents(result.decoding, out, settings)
    for page in result.reading.pages():
        for record in page.records():
            documents.write(ShownEntry.of_record(record))


@render.register(DecodedResponse)
def _decoded(result: DecodedResponse, out: Sink, settings: OutputSettings) -> None:
    response = result.response
    documents = _Documents(result.decoding, out, settings)
    if isinstance(response, WatchResponse):
        documents.write_events(response)
    elif isinstance(response, RangeResponse):
        documents.write_apart(response)
    else:
        _write(response, documents, f"  revision {response.header.revision}")


def _write(response: Message | None, documents: _Documents, when: str = "") -> None:
    match response:
        case PutResponse():
            documents.comment(f"put{when}")
            if response.prev_kv is not None:
                documents.write(ShownEntry.of_message(response.prev_kv), "before: ")
        case DeleteRangeResponse():
            documents.comment(f"deleted {response.deleted}{when}")
            for kv in response.prev_kvs:
                documents.write(ShownEntry.of_message(kv), "before: ")
        case RangeResponse():
            documents.comment(f"got {response.count}{when}")
            for kv in response.kvs:
                documents.write(ShownEntry.of_message(kv))
        case TxnResponse():
            documents.comment(f"{'SUCCESS' if response.succeeded else 'FAILURE'}{when}")
            for each in response.responses:
                _write(each.response, documents)


class _Documents:
    """Writes comments and documents, and ``---`` after each document that is not the last."""

    def __init__(self, decoding: Decoding | None, out: Sink, settings: OutputSettings) -> None:
        if decoding is None:
            raise unsupported("yaml")
        self._decoding = decoding
        self._out = out
        self._settings = settings
        self._separator = ""

    def comment(self, text: str) -> None:
        """Write a comment."""
        self._write(f"{self._separator}{comment(text)}")
        self._separator = ""

    def write(self, entry: ShownEntry, event: str = "") -> None:
        """Write one key's document."""
        stored = self._decoding.read(entry.key, entry.value)
        held = f"  lease {entry.lease & _64_BITS:016x}" if entry.lease else ""
        revision = entry.changed if self._decoding.like_api else None
        self._write(
            f"{self._separator}{comment(event + _shown_key(entry))}"
            f"# create_revision {entry.created}  mod_revision {entry.changed}"
            f"  version {entry.version}{held}\n"
            f"{_encryption(stored.encryption)}{''.join(map(comment, stored.remarks))}"
            f"{document(stored, revision)}"
        )
        self._separator = _SEPARATOR

    def write_apart(self, response: RangeResponse) -> None:
        """Write each key after the separator."""
        for kv in response.kvs:
            self._separator = _SEPARATOR
            self.write(ShownEntry.of_message(kv))

    def write_events(self, response: WatchResponse) -> None:
        """Write the events of a watch; the document of a deletion is null."""
        if response.is_progress:
            self.comment(f"progress notify: {response.header.revision}")
        for name, previous, record in records(response):
            self._separator = _SEPARATOR
            if previous is not None:
                self.write(ShownEntry.of_record(previous), "before: ")
            now = ShownEntry.of_record(record)
            if name == EVENT_NAMES[DELETE]:
                self.comment(f"{name} {_shown_key(now)}")
                self._write(f"# mod_revision {now.changed}\nnull\n")
            else:
                self.write(now, f"{name} ")
            self._out.flush()

    def _write(self, text: str) -> None:
        self._out.safe(shown_yaml(text, self._settings))


_SEPARATOR = "---\n"
_64_BITS = 0xFFFFFFFFFFFFFFFF


def _shown_key(entry: ShownEntry) -> str:
    return entry.key.decode("utf-8", "backslashreplace")


def _encryption(owner: str) -> str:
    return comment(f"encryption {owner}") if owner else ""
