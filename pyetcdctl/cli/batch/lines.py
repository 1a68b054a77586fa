"""The lines of a batch: command lines as in a shell script, or JSON, one a line."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.cli.words.go_scan import NotQuoted, split_words
from pyetcdctl.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

PROGRAMS = ("etcdctl", "pyetcdctl")
_CHUNK = 1 << 16
_BLANKS = b" \t\r\v\f"
_REMAINS = re.compile(r"""["']""")
_QUOTED_WORDS = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")


class BatchLine(NamedTuple):
    """One command line, in the form of a process's arguments."""

    number: int
    arguments: list[str]
    input: bytes = b""
    """What the command reads from standard input."""


def parse_line(number: int, text: bytes) -> BatchLine | None:
    """Read a line; None for a blank one and for a comment. Raises InvalidInput."""
    text = text.strip(_BLANKS)
    if not text or text.startswith(b"#"):
        return None
    if text[:1] in (b"[", b"{"):
        return _json_line(number, text)
    line = text.decode("utf-8", "surrogateescape")
    if ("'" in line or '"' in line) and _REMAINS.search(_QUOTED_WORDS.sub("", line)):
        raise InvalidInput("a quotation mark without its partner")
    try:
        words = split_words(line)
    except NotQuoted as error:
        raise InvalidInput(f"a quoted word cannot be read: {error}") from None
    return BatchLine(number, words[1:] if words[0] in PROGRAMS else words)


def _json_line(number: int, text: bytes) -> BatchLine:
    import json

    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"not JSON: {error}") from None
    if isinstance(value, list):
        value = {"args": value}
    if value.keys() - {"args", "input"} or not isinstance(value.get("args"), list):
        raise InvalidInput('a line of JSON is [WORD,...] or {"args":[WORD,...],"input":TEXT}')
    words = [_bytes(word).decode("utf-8", "surrogateescape") for word in value["args"]]
    if not words:
        raise InvalidInput("a line without a command")
    return BatchLine(number, words, _bytes(value.get("input", "")))


def _bytes(word: Any) -> bytes:
    """Return the bytes of a JSON string, or of ``{"base64": "..."}``."""
    try:
        if isinstance(word, str):
            return word.encode()
        if isinstance(word, dict) and list(word) == ["base64"]:
            return b64decode(word["base64"], validate=True)
    except (Base64Error, TypeError, ValueError):
        pass
    raise InvalidInput('a word is a string, or {"base64":"..."} where it is not UTF-8')


class LineReader:
    """The lines of an input; ``is_waiting`` is true while the next one has not arrived.

    Memory is bounded by the longest line.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._ready: list[bytes] = []
        self._rest = b""
        self._ended = False

    @property
    def is_waiting(self) -> bool:
        """Whether the next read would wait for the writer."""
        return not self._ready and not self._ended and not _is_readable(self._source)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield number and text of each line."""
        number = 0
        while self._ready or self._fill():
            number += 1
            yield number, self._ready.pop()

    def _fill(self) -> bool:
        """Read until at least one line has arrived; return whether there is one."""
        pieces = [self._rest]
        while not self._ended:
            chunk = _read_some(self._source)
            pieces.append(chunk)
            if not chunk:
                self._ended = True
            elif b"\n" in chunk:
                break
        *whole, self._rest = b"".join(pieces).split(b"\n")
        if self._ended and self._rest:
            whole.append(self._rest)
            self._rest = b""
        self._ready = whole[::-1]
        return bool(whole)


def _read_some(source: BinaryIO) -> bytes:
    read1 = getattr(source, "read1", source.read)
    data: bytes = read1(_CHUNK)
    return data


def _is_readable(source: BinaryIO) -> bool:
    """Whether a read returns at once; always so for files and buffers."""
    import select

    try:
        return bool(select.select([source.fileno()], [], [], 0)[0])
    except (OSError, ValueError):
        return True
