"""The ``yaml`` format: a document for each key, after comments that say which and from when."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.errors import UnsupportedFormat
from pyetcdctl.kubernetes.reading import reader
from pyetcdctl.output import unsupported
from pyetcdctl.output.quoting import terminal_safe
from pyetcdctl.output.values import comment, document, integer
from pyetcdctl.results import Listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write what was read as YAML."""
    raise unsupported("yaml")


@render.register(Listing)
def _listing(result: Listing, out: Sink, settings: OutputSettings) -> None:
    if result.keys_only:
        raise UnsupportedFormat(
            "yaml not supported as output format", "It shows values, and --keys-only reads none."
        )
    for text in _documents(result):
        data = text.encode("utf-8", "backslashreplace")
        out.write(terminal_safe(data) if settings.terminal else data)


def _documents(result: Listing) -> Iterator[str]:
    read = reader(result.keyring)
    separator = ""
    for page in result.reading.pages():
        for key, created, modified, version, value, lease in page.records():
            changed = integer(modified)
            stored = read(key, value)
            held = f"  lease {integer(lease):016x}" if lease else ""
            yield (
                f"{separator}{comment(key.decode('utf-8', 'backslashreplace'))}"
                f"# create_revision {integer(created)}  mod_revision {changed}"
                f"  version {integer(version)}{held}\n"
                f"{_encryption(stored.encryption)}{''.join(map(comment, stored.remarks))}"
                f"{document(stored, changed if result.like_api else None)}"
            )
            separator = "---\n"


def _encryption(owner: str) -> str:
    return comment(f"encryption {owner}") if owner else ""
