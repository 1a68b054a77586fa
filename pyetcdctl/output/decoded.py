"""The ``simple`` format with Kubernetes' values decoded: YAML as data, notes on standard error."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.escaping import hex_escaped, terminal_safe
from pyetcdctl.kubernetes.codec.envelope import Format, recognise
from pyetcdctl.output.events import records
from pyetcdctl.output.listing import write_response
from pyetcdctl.output.values import ShownEntry, comment, document, shown_yaml
from pyetcdctl.results import DecodedResponse, Listing
from pyetcdctl.rpc.watch import WatchResponse
from pyetcdctl.rpc.wire import Message

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.stored_value import StoredValue
    from pyetcdctl.output import Sink
    from pyetcdctl.results import Decoding
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.settings import OutputSettings

_OBJECTS = (Format.PROTOBUF, Format.JSON, Format.CBOR, Format.ENCRYPTED)


def write_decoded(
    result: Listing | DecodedResponse, decoding: Decoding, out: Sink, settings: OutputSettings
) -> None:
    """Write API objects as YAML documents, and other values as their bytes."""
    pairs = _Pairs(decoding, out, settings)
    if isinstance(result, Listing):
        for page in result.reading.pages():
            for record in page.records():
                pairs.write(ShownEntry.of_record(record), values_only=result.values_only)
            out.flush()
    else:
        _write(result.response, pairs)


@singledispatch
def _write(response: Any, pairs: _Pairs) -> None:
    raise TypeError(f"{type(response).__name__} holds no values")


class _Pairs:
    """Writes keys with their values, one after the other."""

    def __init__(self, decoding: Decoding, out: Sink, settings: OutputSettings) -> None:
        self.out = out
        self._decoding = decoding
        self._settings = settings
        self._separator = b""

    def write(self, entry: ShownEntry, *, values_only: bool = False) -> None:
        """Write one pair."""
        stored = self._object(entry)
        if stored is None:
            self._write_bytes(*((entry.value,) if values_only else (entry.key, entry.value)))
        else:
            self._write_object(entry, stored)

    def write_event(self, name: str, before: ShownEntry | None, now: ShownEntry) -> None:
        """Write the events of a watch."""
        earlier = self._object(before) if before else None
        stored = self._object(now)
        if earlier is None and stored is None:
            self._write_bytes(name.encode())
            for entry in filter(None, (before, now)):
                self._write_bytes(entry.key, entry.value)
            return
        if before and earlier:
            self._write_object(before, earlier, "before: ")
        if stored:
            self._write_object(now, stored, f"{name} ")
        else:
            self._report(f"{name} {_shown_key(now)}  mod_revision {now.changed}")

    def _object(self, entry: ShownEntry) -> StoredValue | None:
        """Return the object in a value of Kubernetes; None for other values."""
        if recognise(entry.value) not in _OBJECTS:
            return None
        stored: StoredValue = self._decoding.read(entry.key, entry.value)
        return stored if stored.is_kubernetes else None

    def _write_bytes(self, *words: bytes) -> None:
        if self._settings.hex:
            words = tuple(map(hex_escaped, words))
        elif self._settings.terminal:
            words = tuple(map(terminal_safe, words))
        self.out.write(b"".join(b"%b\n" % word for word in words))

    def _write_object(self, entry: ShownEntry, stored: StoredValue, event: str = "") -> None:
        self.out.write(self._separator)
        what = ", ".join(filter(None, (stored.type, stored.encryption)))
        about = f"{event}{_shown_key(entry)}  mod_revision {entry.changed}  {what}"
        self._report(about, *stored.remarks)
        self._separator = b""
        if not stored.decryption_error:
            self._separator = b"---\n"
            text = document(stored, entry.changed if self._decoding.like_api else None)
            self.out.safe(shown_yaml(text, self._settings))

    def _report(self, *lines: str) -> None:
        # Earlier output must come before the messages about this value.
        self.out.flush()
        for line in lines:
            if self._decoding.report:
                self._decoding.report(comment(line).rstrip("\n"))


@_write.register(Message)
def _response(response: Message, pairs: _Pairs) -> None:
    def pair(kv: KeyValue) -> None:
        pairs.write(ShownEntry.of_message(kv))

    write_response(response, pairs.out, pair)


@_write.register(WatchResponse)
def _watched(response: WatchResponse, pairs: _Pairs) -> None:
    for name, previous, record in records(response):
        before = None if previous is None else ShownEntry.of_record(previous)
        pairs.write_event(name, before, ShownEntry.of_record(record))


def _shown_key(entry: ShownEntry) -> str:
    return entry.key.decode("utf-8", "backslashreplace")
