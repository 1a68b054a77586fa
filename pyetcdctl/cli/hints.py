"""Hints for a user at a terminal, on standard error: which flag to add to the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.keyspace.ranges import prefix_end
from pyetcdctl.keyspace.source import counts
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.keyspace.source import PagedRange
    from pyetcdctl.results import Decoding
    from pyetcdctl.rpc.kv import ResponseHeader
    from pyetcdctl.rpc.range_page import RangePage

_PROTOBUF = b"k8s\x00"


class ValueWatch:
    """A range that notices Kubernetes' protobuf in its values, if standard error is a terminal."""

    def __init__(self, reading: PagedRange, *, is_wanted: bool) -> None:
        self._reading = reading
        self._is_wanted = is_wanted
        self._has_protobuf = False

    @classmethod
    def of(
        cls, session: Session, reading: PagedRange, shown: Decoding | None, *, is_chosen: bool
    ) -> ValueWatch:
        """Watch the values where a pipe gets their bytes and a terminal the messages."""
        streams = session.streams
        is_aside = streams.err.is_terminal and not streams.out.is_terminal
        is_plain = session.output.format == "simple" and shown is None and not is_chosen
        has_values = not (reading.request.keys_only or session.output.hex)
        return cls(reading, is_wanted=is_aside and is_plain and has_values)

    @property
    def request(self) -> RangeRequest:
        """The request that is served."""
        return self._reading.request

    @property
    def header(self) -> ResponseHeader:
        """The header of the response."""
        return self._reading.header

    @property
    def count(self) -> int:
        """How many keys the whole range has."""
        return self._reading.count

    @property
    def more(self) -> bool:
        """Whether the limit left keys out."""
        return self._reading.more

    def pages(self) -> Iterator[RangePage]:
        """Yield the pages."""
        for page in self._reading.pages():
            if self._is_wanted and not self._has_protobuf:
                records = page.records()
                self._has_protobuf = any(record[4].startswith(_PROTOBUF) for record in records)
            yield page

    def hint(self, session: Session) -> None:
        """Name the flag that decodes the printed values."""
        if self._has_protobuf:
            session.note("# protobuf of Kubernetes; --decode prints it as YAML")


def hint_at_prefix(session: Session, reading: PagedRange) -> None:
    """Count the keys that begin with a key that does not exist, and name the flag for them."""
    request = reading.request
    is_one_key = not (request.range_end or request.count_only)
    if reading.count or not (is_one_key and request.key and session.streams.out.is_terminal):
        return
    below = RangeRequest(
        key=request.key,
        range_end=prefix_end(request.key),
        revision=request.revision,
        serializable=request.serializable,
    )
    (count,) = counts(session.source, [below])
    key = go_quoted(request.key)
    if count:
        which = "1 key begins" if count == 1 else f"{count:,} keys begin"
        session.note(f"# there is no key {key}; {which} with it: add --prefix (and --keys-only)")
    else:
        session.note(f"# there is no key {key}")
