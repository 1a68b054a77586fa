"""Write messages whose JSON is not an object of their fields.

The counterpart of ``special_reading``. A writer takes the JSON value, None for an absent one, and
returns the message's bytes; a value of another type raises Unfit.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from pyetcdctl.kubernetes.codec import quantities, special_reading, times
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.special_reading import META
from pyetcdctl.kubernetes.codec.unfit import Unfit, needs
from pyetcdctl.kubernetes.objects import Literal, NoJson
from pyetcdctl.rpc.wire import LENGTH, append_varint

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Plain

INT32 = range(-(1 << 31), 1 << 31)


def append_bytes(out: bytearray, number: int, payload: bytes | bytearray) -> None:
    """Append a field that has a length."""
    append_varint(out, number << 3 | LENGTH)
    append_varint(out, len(payload))
    out += payload


def append_number(out: bytearray, number: int, value: int) -> None:
    """Append a field that is a varint."""
    append_varint(out, number << 3)
    append_varint(out, value)


def text(value: Plain) -> str:
    """Return a string; None is the empty one."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise needs("a string", value)
    return value


def whole_number(value: Plain, allowed: range) -> int:
    """Return a whole number; None is 0."""
    if value is None:
        return 0
    if isinstance(value, Literal) and value.text.removeprefix("-").isdecimal():
        value = int(value.text)
    if not isinstance(value, int) or isinstance(value, bool):
        raise needs("a whole number", value)
    if value not in allowed:
        raise needs(f"a number of at most {allowed.stop.bit_length() - 1} bits", value)
    return value


def time(value: Plain) -> bytes:
    """Write a Time: whole seconds; null is the zero time, a message of no bytes."""
    seconds, _ = _moment(value)
    return b"" if seconds is None else _pair(seconds, 0)


def micro_time(value: Plain) -> bytes:
    """Write a MicroTime: microseconds, counted in nanoseconds."""
    seconds, nanos = _moment(value)
    return b"" if seconds is None else _pair(seconds, nanos // 1000 * 1000)


def duration(value: Plain) -> bytes:
    """Write a Duration."""
    out = bytearray()
    append_number(out, 1, _converted(times.nanoseconds, value) if value is not None else 0)
    return bytes(out)


def quantity(value: Plain) -> bytes:
    """Write a Quantity, in canonical form; a number is accepted in place of a text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    elif isinstance(value, Literal):
        value = value.text
    return _field(1, "0" if value is None else _converted(quantities.canonical, value))


def int_or_string(value: Plain) -> bytes:
    """Write an IntOrString: all its fields, also the unused ones."""
    out = bytearray()
    is_text = isinstance(value, str)
    append_number(out, 1, is_text)
    append_number(out, 2, 0 if is_text else whole_number(value, INT32))
    append_bytes(out, 3, value.encode() if isinstance(value, str) else b"")
    return bytes(out)


def raw(value: Plain) -> bytes:
    """Write a RawExtension or a JSON: the text of its value."""
    if value is None:
        return b""
    if isinstance(value, NoJson):
        return _field(1, base64.b64decode(value))
    return _field(1, value.source if isinstance(value, Literal) else json_text(value))


def fields_v1(value: Plain) -> bytes:
    """Write a FieldsV1; its names are put into the order in which the API server keeps them."""
    if isinstance(value, dict):
        value = _in_field_order(value)
    return raw(value)


def strings(value: Plain) -> bytes:
    """Write a wrapper around a list of strings."""
    out = bytearray()
    for at, item in enumerate(listed(value)):
        try:
            append_bytes(out, 1, text(item).encode())
        except Unfit as unfit:
            raise unfit.within(at) from None
    return bytes(out)


def listed(value: Plain) -> list[Plain]:
    """Return a list; None is the empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise needs("a list", value)
    return value


WRITERS: dict[str, Callable[[Plain], bytes]] = {
    f"{META}.Time": time,
    f"{META}.MicroTime": micro_time,
    f"{META}.Duration": duration,
    f"{META}.FieldsV1": fields_v1,
    "k8s.io.apimachinery.pkg.api.resource.Quantity": quantity,
    "k8s.io.apimachinery.pkg.api.resource.QuantityValue": quantity,
    "k8s.io.apimachinery.pkg.util.intstr.IntOrString": int_or_string,
    "k8s.io.apimachinery.pkg.runtime.RawExtension": raw,
}


def writer(name: str) -> Callable[[Plain], bytes] | None:
    """Return the writer of a message that is not an object in JSON, None when it is one."""
    if special_reading.is_string_list(name):
        return strings
    return raw if name.endswith(special_reading.RAW) else WRITERS.get(name)


def _field(number: int, value: str | bytes) -> bytes:
    out = bytearray()
    append_bytes(out, number, value if isinstance(value, bytes) else value.encode())
    return bytes(out)


def _pair(seconds: int, nanos: int) -> bytes:
    out = bytearray()
    append_number(out, 1, seconds)
    append_number(out, 2, nanos)
    return bytes(out)


def _moment(value: Plain) -> tuple[int | None, int]:
    if value is None:
        return None, 0
    seconds, nanos = _converted(times.moment, value)
    return (None, 0) if (seconds, nanos) == (special_reading.YEAR_ONE, 0) else (seconds, nanos)


def _converted(convert: Callable[[str], Any], value: Plain) -> Any:
    """Convert a string; an error of ``convert`` names what is needed instead."""
    try:
        return convert(text(value))
    except Unfit:
        raise
    except ValueError as error:
        raise needs(str(error), value) from None


def _in_field_order(fields: dict[str, Plain]) -> dict[str, Plain]:
    return {
        name: _in_field_order(below) if isinstance(below, dict) else below
        for name, below in sorted(fields.items(), key=lambda item: _field_rank(item[0]))
    }


def _field_rank(name: str) -> tuple[int, list[tuple[str, float, str]]]:
    """Rank ``.``, then fields, keys, values and indices; numbers in them by their value."""
    kind, _, rest = name.partition(":")
    kinds = (".", "f", "k", "v", "i")
    rank = kinds.index(kind) if kind in kinds else len(kinds)
    if kind not in ("k", "v", "i"):
        return rank, [(rest, 0, "")]
    try:
        value = json.loads(rest)
    except ValueError:
        return rank, [("", 0, rest)]
    pairs = sorted(value.items()) if isinstance(value, dict) else [("", value)]
    return rank, [
        (name, float(v), "") if isinstance(v, (int, float)) else (name, 0.0, str(v))
        for name, v in pairs
    ]
