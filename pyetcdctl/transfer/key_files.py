"""Names of files for keys: readable where they can be, and different for different keys.

A name is never parsed back to its key, so a list of keys cannot lead out of the folder.
"""

from __future__ import annotations

import os
from hashlib import sha256
from urllib.parse import quote

from pyetcdctl.transfer.yaml_values import RAW, YAML

SUFFIXES = {YAML: ".yaml", RAW: ".value"}
_PLAIN = "._~:@+=,-"
_LONGEST, _KEPT = 200, 120
# A percent sign of a key becomes %25: no part of a key is written like these.
_EMPTY, _WITHOUT_SLASH = "%", "%without-slash"


def file_of(key: bytes, kind: str) -> str:
    """Return the path of a key's file inside the folder; ``kind`` is that of its content."""
    *folders, name = [_escaped(part) for part in key.removeprefix(b"/").split(b"/")]
    parts = [*map(_unlike_a_file, folders), name + SUFFIXES[kind]]
    return os.path.join(*([] if key.startswith(b"/") else [_WITHOUT_SLASH]), *parts)


def _escaped(part: bytes) -> str:
    if part in (b"", b".", b".."):
        return part.decode().replace(".", "%2E") or _EMPTY
    name = quote(part, safe=_PLAIN)
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_KEPT]}%sha256-{sha256(part).hexdigest()}"


def _unlike_a_file(folder: str) -> str:
    """Return a folder's name that is no name of a file, so that /a.yaml/b may be beside /a."""
    stem, dot, suffix = folder.rpartition(".")
    return f"{stem}%2E{suffix}" if dot and f".{suffix}" in SUFFIXES.values() else folder
