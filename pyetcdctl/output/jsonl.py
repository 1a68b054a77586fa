"""The ``jsonl`` format: a JSON object on a line for each key, written as they arrive."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.kubernetes.json_text import json_text
from pyetcdctl.kubernetes.reading import reader
from pyetcdctl.output import unsupported
from pyetcdctl.output.quoting import terminal_safe
from pyetcdctl.output.values import integer, json_bytes, json_value
from pyetcdctl.results import Listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.reading import StoredValue
    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write what was read as lines of JSON."""
    raise unsupported("jsonl")


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    for line in _lines(result):
        data = line.encode("utf-8", "replace")
        out.write(terminal_safe(data) if settings.terminal else data)


def _lines(result: Listing) -> Iterator[str]:
    read = reader(result.keyring)
    for page in result.reading.pages():
        for key, created, modified, version, value, lease in page.records():
            changed = integer(modified)
            members = (
                f'{{"key":{json_bytes(key)},"create_revision":{integer(created)},'
                f'"mod_revision":{changed},"version":{integer(version)},"lease":{integer(lease)}'
            )
            if result.keys_only:
                yield f"{members}}}\n"
                continue
            stored = read(key, value)
            shown = json_value(stored, changed if result.like_api else None)
            yield f'{members},"value":{shown}{_remarks(stored)}}}\n'


def _remarks(stored: StoredValue) -> str:
    """Return the members that only unusual values have."""
    encryption = f',"encryption":{json_text(stored.encryption)}' if stored.encryption else ""
    remarks = stored.remarks
    return f'{encryption},"remarks":{json_text(remarks)}' if remarks else encryption
