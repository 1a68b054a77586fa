"""Messages whose JSON is not a dict of their fields: times, quantities, raw JSON and the like.

Each function reads one message's bytes; damage raises WireError or IndexError, as in all modules
below ``decoding``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyetcdctl.go_durations import write_duration
from pyetcdctl.kubernetes.codec.json_reading import raw_json
from pyetcdctl.kubernetes.objects import text
from pyetcdctl.kubernetes.schema import table
from pyetcdctl.rpc.wire import read_fields, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Plain
    from pyetcdctl.kubernetes.schema.table import MessageSchema

YEAR_ONE = -62135596800
DAYS_FROM_YEAR_ZERO_TO_1970 = 719468
META = "k8s.io.apimachinery.pkg.apis.meta.v1"


@lru_cache(maxsize=4096)
def time(payload: bytes) -> str | None:
    """Read a Time: whole seconds in UTC; a message of no bytes is the zero time, thus null."""
    seconds, _ = _seconds_and_nanos(payload)
    if not payload or seconds == YEAR_ONE:
        return None
    return f"{_moment(seconds)}Z"


@lru_cache(maxsize=1024)
def micro_time(payload: bytes) -> str | None:
    """Read a MicroTime: always six decimals."""
    seconds, nanos = _seconds_and_nanos(payload)
    if not payload or (seconds == YEAR_ONE and nanos < 1000):
        return None
    return f"{_moment(seconds + nanos // 10**9)}.{nanos % 10**9 // 1000:06d}Z"


def duration(payload: bytes) -> str:
    """Read a Duration as Go writes it: ``1h0m0s``, ``1.5s``, ``300ms``."""
    return write_duration(_int32_or_64(payload, 1))


def quantity(payload: bytes) -> str:
    """Read a Quantity: its text as stored, which is canonical."""
    return _string(payload, 1) or "0"


def int_or_string(payload: bytes) -> Plain:
    """Read an IntOrString: type 0 is a number, 1 a string."""
    if _int32_or_64(payload, 1) == 0:
        return (_int32_or_64(payload, 2) + 2**31) % 2**32 - 2**31
    return _string(payload, 3)


def raw(payload: bytes) -> Plain:
    """Read a RawExtension, a FieldsV1 or a JSON: the JSON text that it holds."""
    return raw_json(_bytes(payload, 1))


def strings(payload: bytes) -> list[str]:
    """Read a wrapper around a list of strings."""
    return [
        text(item)
        for number, item in read_fields(payload)
        if number == 1 and isinstance(item, bytes)
    ]


SCALARS: dict[str, Callable[[bytes], Plain]] = {
    f"{META}.Time": time,
    f"{META}.MicroTime": micro_time,
    f"{META}.Duration": duration,
    f"{META}.FieldsV1": raw,
    "k8s.io.apimachinery.pkg.api.resource.Quantity": quantity,
    "k8s.io.apimachinery.pkg.api.resource.QuantityValue": quantity,
    "k8s.io.apimachinery.pkg.util.intstr.IntOrString": int_or_string,
    "k8s.io.apimachinery.pkg.runtime.RawExtension": raw,
}


RAW = (".apiextensions.v1.JSON", ".apiextensions.v1beta1.JSON")


def is_wrapper(name: str) -> bool:
    """Return whether a message is a plain list or map in JSON."""
    return bool(table.is_special(name) and items_of(table.message(name)))


def is_string_list(name: str) -> bool:
    """Return whether a message is a plain list of strings in JSON."""
    return table.is_special(name) and items_of(table.message(name)) == "string"


def items_of(message: MessageSchema | None) -> str:
    """Return the type of a message's only field, number 1, if it is a list or a map."""
    if message is None or len(message.fields) != 1:
        return ""
    field = message.fields[0]
    is_many = field.number == 1 and (field.repeated or field.map_value)
    return field.type if is_many else ""


def scalar(name: str) -> Callable[[bytes], Plain] | None:
    """Return the reader of a message that is not a dict in JSON, None when it is one."""
    if is_string_list(name):
        return strings
    return raw if name.endswith(RAW) else SCALARS.get(name)


def _bytes(payload: bytes, number: int) -> bytes:
    found = b""
    for at, value in read_fields(payload):
        if at == number and isinstance(value, bytes):
            found = value
    return found


def _string(payload: bytes, number: int) -> str:
    return text(_bytes(payload, number))


def _int32_or_64(payload: bytes, number: int) -> int:
    found = 0
    for at, value in read_fields(payload):
        if at == number and isinstance(value, int):
            found = signed(value & 0xFFFFFFFFFFFFFFFF)
    return found


def _seconds_and_nanos(payload: bytes) -> tuple[int, int]:
    return _int32_or_64(payload, 1), _int32_or_64(payload, 2)


def _moment(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    year, month, day = _date(days)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}T{clock}"


def _date(days: int) -> tuple[int, int, int]:
    # Python's dates end at the years 1 and 9999, a damaged value's do not: counted here in eras of
    # 400 years that begin on 1 March of year 0.
    era, day_of_era = divmod(days + DAYS_FROM_YEAR_ZERO_TO_1970, 146097)
    leap_days = day_of_era // 1460 - day_of_era // 36524 + day_of_era // 146096
    year_of_era = (day_of_era - leap_days) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * march_month + 2) // 5 + 1
    month = march_month + 3 if march_month < 10 else march_month - 9
    return year_of_era + era * 400 + (month <= 2), month, day
