"""A bundle for a bug report: findings, facts, metrics and the list of keys; never a value.

Keys are replaced, on request, by a keyed hash whose key is discarded: equal keys stay equal in one
bundle, and guessed names cannot be checked against it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import tarfile
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from pyetcdctl.client.metrics import metrics_page
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.escaping import printable
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.key_values import number_of
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.diagnosis.facts import ClusterFacts
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.settings import ConnectionSettings

_HASH_BYTES = 12
_COLUMNS = b"key\tcreate_revision\tmod_revision\tversion\tvalue_bytes\tlease\n"


def hidden_keys() -> Callable[[bytes], bytes]:
    """Return a function that hides keys, each in the same way."""
    salt = secrets.token_bytes(32)

    def hidden(key: bytes) -> bytes:
        digest = hashlib.blake2b(key, key=salt, digest_size=_HASH_BYTES).hexdigest()
        return f"key-{digest}".encode()

    return hidden


def with_hidden_keys(facts: ClusterFacts, hidden: Callable[[bytes], bytes]) -> ClusterFacts:
    """Return the facts with all keys hidden."""
    differences = tuple(replace(each, key=hidden(each.key)) for each in facts.differences)
    objects = facts.kubernetes
    if objects is not None and objects.largest is not None:
        largest = replace(objects.largest, key=hidden(objects.largest.key))
        objects = replace(objects, largest=largest)
    return replace(facts, differences=differences, kubernetes=objects)


@contextmanager
def open_bundle(path: str) -> Iterator[Bundle]:
    """Yield a compressed archive that gets its name when it is complete."""
    folder, name = os.path.split(path)
    descriptor, part = tempfile.mkstemp(dir=folder or ".", prefix=f"{name}.", suffix=".part")
    try:
        with open(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            yield Bundle(archive)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise


class Bundle:
    """An archive that takes the parts of a report."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._tar = archive

    def text(self, name: str, text: str) -> None:
        """Add a file with this text."""
        data = text.encode("utf-8", "backslashreplace")
        self._add(name, io.BytesIO(data), len(data))

    def facts(self, facts: ClusterFacts) -> None:
        """Add the facts."""
        shown = asdict(
            replace(facts, members=tuple(replace(m, window=None) for m in facts.members))
        )
        self.text("facts.json", json.dumps(shown, default=_plain, indent=1))

    def metrics(self, facts: ClusterFacts, settings: ConnectionSettings) -> None:
        """Add each member's own page of metrics."""
        for member in facts.members:
            if member.failure:
                continue
            try:
                text = metrics_page(member.endpoint, settings).text
            except (OSError, ValueError, PyetcdctlError) as error:
                text = f"no metrics: {error}\n"
            self.text(f"metrics-{_file_name(member.label)}.txt", text)

    def keys(self, source: Source, hidden: Callable[[bytes], bytes] | None) -> None:
        """Add a line for each key: its revisions and the size of its value."""
        with tempfile.TemporaryFile() as file:
            file.write(_COLUMNS)
            key, end = prefix_range(b"")
            for page in source.range(RangeRequest(key=key, range_end=end)).pages():
                for name, create, mod, version, value, lease in page.records():
                    shown = hidden(name) if hidden else _one_line(name)
                    numbers = (number_of(each) for each in (create, mod, version))
                    row = (*numbers, len(value), f"{number_of(lease):x}")
                    file.write(
                        shown + b"".join(b"\t%b" % str(cell).encode() for cell in row) + b"\n"
                    )
            size = file.tell()
            file.seek(0)
            self._add("keys.tsv", file, size)

    def _add(self, name: str, content: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(f"doctor/{name}")
        entry.size, entry.mode = size, 0o600
        entry.mtime = int(datetime.now().timestamp())
        self._tar.addfile(entry, content)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _one_line(key: bytes) -> bytes:
    return printable(key.decode("utf-8", "backslashreplace")).encode()


def _file_name(label: str) -> str:
    return "".join(each if each.isalnum() or each in "-._" else "_" for each in label)[:100]
