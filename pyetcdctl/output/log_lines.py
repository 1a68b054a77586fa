"""The entries of a write-ahead log: one line each, or documents with the objects in them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pyetcdctl.escaping import terminal_safe
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.output.tree import escaped
from pyetcdctl.output.values import comment, document, shown_yaml

if TYPE_CHECKING:
    from pyetcdctl.file_results import LogLine, LogListing
    from pyetcdctl.kubernetes.registry_keys import ObjectKey
    from pyetcdctl.output import Sink
    from pyetcdctl.results import Decoding
    from pyetcdctl.settings import OutputSettings

TITLES = ("INDEX", "TERM", "MEMBER", "OPERATION", "OBJECT", "OUTCOME")
_COLUMNS = "{:>9}  {:>5}  {:<10}  {:<17}  {:<46}  {}"
_MOST_NAMES = 1 << 16
_NO_END = b"\0"


def write_lines(listing: LogListing, out: Sink, settings: OutputSettings) -> None:
    """Write one line an entry: columns under titles on a terminal, between tabs in a pipe."""
    shown = Names(listing.registry)
    if listing.decoding is not None:
        _write_documents(listing, listing.decoding, shown, out, settings)
        return
    if settings.terminal:
        out.write(_COLUMNS.format(*TITLES).encode() + b"\n")
    for line in listing.lines:
        cells = shown.cells(line)
        if settings.terminal:
            row = _COLUMNS.format(*cells).rstrip().encode("utf-8", "surrogateescape")
            out.write(terminal_safe(row) + b"\n")
        else:
            out.write(("\t".join(cells) + "\n").encode("utf-8", "surrogateescape"))


class Names:
    """The names of objects, as text of one line."""

    def __init__(self, registry: str) -> None:
        self._registry = registry
        self.name = lru_cache(_MOST_NAMES)(self._name)

    def cells(self, line: LogLine) -> tuple[str, ...]:
        """Return the cells of an entry."""
        return (
            str(line.entry_index),
            str(line.term),
            line.member or "-",
            line.operation,
            self._object(line) or "-",
            outcome_of(line),
        )

    def object_key(self, key: bytes) -> ObjectKey | None:
        """Return the object of a key, None without one."""
        try:
            return parse(key.decode(), self._registry)
        except UnicodeDecodeError:
            return None

    def _object(self, line: LogLine) -> str:
        if not line.ranges:
            return escaped(line.about.encode("utf-8", "surrogatepass"))
        key, range_end = line.ranges[0]
        name = self.name(key)
        if range_end:
            name = f"{name}..{escaped(range_end.removesuffix(_NO_END))}"
        more = len(line.ranges) - 1
        return f"{name} and {more} more" if more else name

    def _name(self, key: bytes) -> str:
        found = self.object_key(key)
        return escaped(str(found).encode() if found else key)


def outcome_of(line: LogLine) -> str:
    """Return the outcome of an entry as text."""
    if line.revision and not line.reason and line.is_committed:
        return f"{line.outcome}, revision {line.revision}"
    words = f"{line.outcome}: {line.reason}" if line.reason else line.outcome
    revision = f", revision {line.revision}" if line.revision else ""
    return f"{words}{revision}{'' if line.is_committed else ', not known to be committed'}"


def _write_documents(
    listing: LogListing, decoding: Decoding, names: Names, out: Sink, settings: OutputSettings
) -> None:
    """Write a comment for each entry, then the values that it writes as YAML documents."""
    separator = ""
    for line in listing.lines:
        out.write(shown_yaml(separator + comment("  ".join(names.cells(line))), settings))
        separator = ""
        transaction = line.read().transaction
        for step in transaction.steps() if transaction else ():
            if step.kind != "put" or step.ignore_value:
                continue
            stored = decoding.read(step.key, step.value)
            out.write(shown_yaml(separator + _remarks(names.name(step.key), stored), settings))
            separator = ""
            if not stored.decryption_error:
                out.write(shown_yaml(document(stored), settings))
                separator = "---\n"


def _remarks(name: str, stored: Any) -> str:
    what = ", ".join(filter(None, (stored.type, stored.encryption)))
    lines = (f"put {name}  {what}".rstrip(), *stored.remarks)
    return "".join(map(comment, lines))
