"""Find values in a user's input: raw, with their key, in etcdctl's JSON, in hex or in base64.

Changes that a terminal made to a value are undone where possible (line ends), else explained.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from binascii import unhexlify
from json.decoder import JSONDecoder
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.errors import InvalidInput
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.envelope import (
    ENCRYPTED,
    MAGIC,
    SELF_DESCRIBED_CBOR,
    Format,
    end_of_header,
    recognise,
    unwrap,
)
from pyetcdctl.rpc.wire import LENGTH, WireError, read_varint

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTS = (MAGIC, ENCRYPTED, b"{", SELF_DESCRIBED_CBOR)
END_OF_ENVELOPE = b"\x22\x00"
LAST_FIELD = 4
KEY_LINE = re.compile(rb"([!-~][ -~\x80-\xff]*)\n")
NEXT_VALUE = re.compile(rb"\n[!-~][ -~]*/[ -~]*\n(?=k8s[\0:]|\{\"|\xd9\xd9\xf7)")
REPLACED = "\ufffd".encode()
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}\s*)+")
ESCAPED_HEX = re.compile(rb"(?:\\x[0-9a-fA-F]{2}\s*)+")
# Each group of digits matches in one way only, so that a long line takes linear time.
DUMP_LINE = re.compile(
    rb"[0-9a-fA-F]{6,8}"
    rb"(?::?  ?((?: {0,2}(?:[0-9a-fA-F]{4}|[0-9a-fA-F]{2}(?![0-9a-fA-F])))+)(?:  .*)?)?"
)
BASE64 = re.compile(rb"[A-Za-z0-9+/=_\s-]+")
MANGLED = re.compile(rb"k8s(?:\^@|\\x00|\\0|\xef\xbf\xbd|\xe2\x90\x80| )|k8s\r?\n")
LINE_ENDS = (
    "a terminal had put a carriage return before each newline in the value (kubectl exec -t does): "
    "they are taken out again"
)
HOW = "Try:  etcdctl get KEY | pyetcdctl kubernetes decode    (or etcdctl get KEY -w json)"


class Given(NamedTuple):
    """A value, and the key and revision beside it."""

    value: bytes
    key: bytes = b""
    mod_revision: int = 0
    remark: str = ""
    """How the input was converted before it could be decoded."""


def values_in(data: bytes) -> list[Given]:
    """Find the values in the input; raises InvalidInput where there is none."""
    if not data.strip():
        raise InvalidInput("there is nothing to decode", HOW)
    found = _values(data)
    if not found or _has_other_line_ends(data, found):
        found = _without_carriage_returns(data) or found
    if not found or any(_was_mangled(each.value) for each in found):
        raise _refusal(data)
    return found


def _values(data: bytes) -> list[Given]:
    if data.startswith(STARTS):
        return _of_etcdctls_json(data) or list(_in_a_row(data, b""))
    key_line = KEY_LINE.match(data)
    if key_line and data.startswith(STARTS, key_line.end()):
        return list(_in_a_row(data[key_line.end() :], key_line[1]))
    plain = _of_text(data)
    found = _dumped(plain) if plain is not None else []
    return found or ([Given(data)] if recognise(data) is Format.YAML else [])


def _dumped(plain: bytes) -> list[Given]:
    """Find values in decoded digits; etcdctl's output around a value may be encoded, too."""
    key_line = KEY_LINE.match(plain)
    if plain.startswith(MAGIC) or (key_line and plain.startswith(STARTS, key_line.end())):
        return _values(plain)
    return [Given(plain)] if recognise(plain) not in (Format.RAW, Format.NUMBER) else []


def _in_a_row(data: bytes, key: bytes) -> Iterator[Given]:
    """Yield a value, and those that follow it, each after its key's line."""
    while True:
        end = _end_of_value(data)
        yield Given(data[:end], key)
        # Custom resources in JSON end with a newline of their own.
        begin = end + 2 if data.startswith(b"\n\n", end) else end + 1
        key_line = KEY_LINE.match(data, begin)
        if key_line is None or not data.startswith(STARTS, key_line.end()):
            return
        key, data = key_line[1], data[key_line.end() :]


def _end_of_value(data: bytes) -> int:
    """Return where the first value ends; a newline after it is etcdctl's."""
    end = len(data)
    if data.startswith(MAGIC):
        end = _end_of_envelope(data)
    elif data.startswith(b"{"):
        end = _end_of_json(data)
    elif following := NEXT_VALUE.search(data):
        end = following.start()
    return end - 1 if end == len(data) and data.endswith(b"\n") and _reads_better(data) else end


def _reads_better(data: bytes) -> bool:
    """Whether the newline at the end does not belong to the value."""
    if data.startswith(ENCRYPTED + b"aescbc"):
        return (len(data) - 1 - end_of_header(data)) % 16 == 0
    return data.startswith((MAGIC, ENCRYPTED, b"{"))


def _end_of_envelope(data: bytes) -> int:
    at, end = len(MAGIC), len(data)
    try:
        while at < end:
            tag, at = read_varint(data, at)
            if tag & 7 != LENGTH:
                return end
            size, at = read_varint(data, at)
            at += size
            if tag >> 3 == LAST_FIELD:
                return min(at, end)
    except WireError:
        return end
    return end


def _end_of_json(data: bytes) -> int:
    text = data.decode("utf-8", "surrogateescape")
    try:
        _, at = JSONDecoder(parse_int=str).raw_decode(text)
    except (ValueError, RecursionError):
        return len(data)
    return len(text[:at].encode("utf-8", "surrogateescape"))


def _of_etcdctls_json(data: bytes) -> list[Given]:
    if not data.startswith(b"{"):
        return []
    try:
        response: Any = json.loads(data)
        entries = response.get("kvs") or [response["kv"]]
        return [
            Given(b64decode(kv.get("value", "")), b64decode(kv["key"]), kv.get("mod_revision", 0))
            for kv in entries
        ]
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return []


def _of_text(data: bytes) -> bytes | None:
    """Return the bytes that hexadecimal or base64 digits stand for."""
    lines = data.strip().splitlines()
    if ESCAPED_HEX.fullmatch(data.strip()):
        # With --hex, etcdctl prints the key in the same way on a line before.
        return unhexlify(re.sub(rb"[\\x\s]", b"", lines[-1]))
    dumped = [DUMP_LINE.fullmatch(line) for line in lines]
    columns = [found[1] for found in dumped if found and found[1]]
    if columns and all(dumped):
        return _unhexed(b"".join(columns))
    if HEX.fullmatch(data.strip()):
        return _unhexed(data)
    return _of_base64(data)


def _unhexed(digits: bytes) -> bytes | None:
    try:
        return unhexlify(b"".join(digits.split()))
    except ValueError:
        return None


def _of_base64(data: bytes) -> bytes | None:
    if not BASE64.fullmatch(data):
        return None
    try:
        return b64decode(b"".join(data.split()), altchars=b"-_" if b"-" in data else None)
    except NotBase64:
        return None


def _has_other_line_ends(data: bytes, found: list[Given]) -> bool:
    """Whether the values cannot be decoded because of a carriage return before every newline."""
    newlines = data.count(b"\n")
    if newlines == 0 or newlines != data.count(b"\r\n"):
        return False
    return any(_seems_damaged(each.value, newlines) for each in found)


def _seems_damaged(value: bytes, newlines: int) -> bool:
    if value.startswith(ENCRYPTED + b"aescbc"):
        return (len(value) - end_of_header(value)) % 16 != 0
    if value.startswith(ENCRYPTED):
        # Two newlines that follow carriage returns by chance occur once in many thousand values.
        return newlines > 1
    return bool(decode(value).problem)


def _without_carriage_returns(data: bytes) -> list[Given]:
    """Undo the line ends of a terminal and find the values; none where that does not help."""
    before = data.replace(b"\r\n", b"\n")
    found = _values(before)
    if any(_seems_damaged(each.value, 0) for each in found):
        return []
    return [
        each._replace(remark=LINE_ENDS) if each.value in before and each.value not in data else each
        for each in found
    ]


def _was_mangled(value: bytes) -> bool:
    return value.startswith(MAGIC) and REPLACED in value and bool(unwrap(value).problem)


def _refusal(data: bytes) -> InvalidInput:
    if MANGLED.search(data) or REPLACED in data or b"k8s:enc:" in data:
        return InvalidInput(
            "the value went through a terminal, which changed it",
            "Control characters and bytes that are not UTF-8 are lost in text copied from a "
            "screen.",
            HOW,
        )
    return InvalidInput(
        "this is not a value of Kubernetes",
        "It is neither protobuf, JSON, CBOR nor encrypted, and no hex or base64 of these.",
        HOW,
    )
