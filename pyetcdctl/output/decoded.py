"""The ``simple`` format where Kubernetes' values are decoded: YAML as data, the rest told aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.envelope import Format, recognise
from pyetcdctl.kubernetes.reading import reader
from pyetcdctl.output.quoting import terminal_safe
from pyetcdctl.output.values import comment, document, integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.reading import StoredValue
    from pyetcdctl.output import Sink
    from pyetcdctl.results import Listing
    from pyetcdctl.settings import OutputSettings

_OBJECTS = (Format.PROTOBUF, Format.JSON, Format.CBOR, Format.ENCRYPTED)


def write_decoded(
    result: Listing, tell: Callable[[str], None], out: Sink, settings: OutputSettings
) -> None:
    """Write API objects as YAML documents, and other values as their bytes."""
    read = reader(result.keyring)
    safe = terminal_safe if settings.terminal else bytes
    separator = b""
    for page in result.reading.pages():
        for key, _, modified, _, value, _ in page.records():
            stored = read(key, value) if recognise(value) in _OBJECTS else None
            if stored is None or not stored.is_kubernetes:
                words = (value,) if result.values_only else (key, value)
                out.write(b"".join(b"%b\n" % safe(word) for word in words))
                continue
            # What was written before must not come after the words about this value.
            out.write(separator)
            out.flush()
            changed = integer(modified)
            for line in _about(key, changed, stored):
                tell(comment(line).rstrip("\n"))
            separator = b""
            if not stored.closed:
                separator = b"---\n"
                text = document(stored, changed if result.like_api else None)
                out.write(safe(text.encode("utf-8", "backslashreplace")))
        out.flush()


def _about(key: bytes, modified: int, stored: StoredValue) -> list[str]:
    what = ", ".join(filter(None, (stored.type, stored.encryption)))
    name = key.decode("utf-8", "backslashreplace")
    return [f"{name}  mod_revision {modified}  {what}", *stored.remarks]
