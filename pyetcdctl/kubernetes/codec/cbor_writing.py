"""CBOR as kube-apiserver writes it: one form for each object, recognised by its first three bytes.

The counterpart of ``cbor_reading``. Texts are byte strings, names are in the order of their encoded
bytes, lengths and floats are as short as possible. A number that is whole and fits 64 bits is an
integer, unless its text says otherwise: ``1.0`` is a float, and so is a ``Literal``.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.codec.cbor_reading import (
    ARRAY,
    BYTES,
    FLOATS,
    MAP,
    NEGATIVE,
    TAG,
    UNSIGNED,
)
from pyetcdctl.kubernetes.codec.envelope import SELF_DESCRIBED_CBOR
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.objects import Literal, NoJson

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain

BASE64_LATER = 22
"""The tag of bytes that JSON shows as base64."""
FALSE, TRUE, NULL = 0xF4, 0xF5, 0xF6
INTEGERS = range(-(1 << 63), 1 << 63)


def dumps(plain: Plain) -> bytes:
    """Write one value; ``bytes`` in it are base64 in JSON. Raises Unfit."""
    out = bytearray(SELF_DESCRIBED_CBOR)
    _append(out, plain)
    return bytes(out)


def _append(out: bytearray, plain: Plain) -> None:
    if isinstance(plain, NoJson):
        raise Unfit("bytes that are not JSON cannot be written as CBOR")
    if isinstance(plain, str):
        _append_bytes(out, plain.encode())
    elif isinstance(plain, dict):
        _append_map(out, plain)
    elif isinstance(plain, list):
        _append_list(out, plain)
    elif plain is None or isinstance(plain, bool):
        out.append(NULL if plain is None else TRUE if plain else FALSE)
    elif isinstance(plain, bytes):
        _append_head(out, TAG, BASE64_LATER)
        _append_bytes(out, plain)
    else:
        _append_literal(out, plain)


def _append_literal(out: bytearray, plain: int | Literal) -> None:
    if isinstance(plain, int) and plain in INTEGERS:
        _append_head(out, *((UNSIGNED, plain) if plain >= 0 else (NEGATIVE, -1 - plain)))
    elif isinstance(plain, Literal) and plain.text[:1] not in "-0123456789":
        _append(out, json_reading.parse(plain.text))
    else:
        _append_float(out, plain)


def _append_map(out: bytearray, entries: dict[str, Plain]) -> None:
    _append_head(out, MAP, len(entries))
    for written, name in sorted((_written_name(name), name) for name in entries):
        out += written
        try:
            _append(out, entries[name])
        except Unfit as unfit:
            raise unfit.within(name) from None


def _append_list(out: bytearray, items: list[Plain]) -> None:
    _append_head(out, ARRAY, len(items))
    for at, item in enumerate(items):
        try:
            _append(out, item)
        except Unfit as unfit:
            raise unfit.within(at) from None


def _written_name(name: str) -> bytes:
    out = bytearray()
    _append_bytes(out, name.encode())
    return bytes(out)


def _append_bytes(out: bytearray, data: bytes) -> None:
    _append_head(out, BYTES, len(data))
    out += data


def _append_head(out: bytearray, major: int, argument: int) -> None:
    if argument < 24:
        out.append(major << 5 | argument)
        return
    power = max((argument.bit_length() - 1) // 8, 0).bit_length()
    out.append(major << 5 | 24 + power)
    out += argument.to_bytes(1 << power, "big")


def _append_float(out: bytearray, plain: int | Literal) -> None:
    value = _float(plain)
    for low, (form, _) in FLOATS.items():
        try:
            packed = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, packed)[0] == value:
            out.append(7 << 5 | low)
            out += packed
            return


def _float(plain: int | Literal) -> float:
    try:
        value = float(plain.text if isinstance(plain, Literal) else plain)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise Unfit("the number is too large for CBOR, which has floats of 64 bits")
    return value
