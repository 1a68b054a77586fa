"""The plain form of an API object, which every decoder returns and every printer accepts.

An object is a dict in the key order of the API's JSON, of dicts, lists, strings, bools, ints, None
and ``Literal``. There are no floats: a number that is not whole is a Literal, which keeps its text.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Plain: TypeAlias = Any
"""A value of the plain form."""
Object: TypeAlias = dict[str, Any]

MAX_DEPTH = 200
"""How deep dicts and lists may be nested; deeper ones are refused by every decoder."""

ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
SURROGATE = re.compile("[\ud800-\udfff]")


class Literal:
    """A JSON text that is kept as it was written: ``1.50``, ``1E3``, a raw extension, FieldsV1."""

    __slots__ = ("source", "text")

    def __init__(self, text: str, source: str | bytes | None = None) -> None:
        """``source`` is the stored form: a text with blanks, which ``text`` lacks, or CBOR."""
        self.text = text
        self.source: str | bytes = text if source is None else source

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Literal({self.text!r})"


class NoJson(str):
    """Bytes in place of JSON, as base64: the decoders return them for a damaged text."""

    __slots__ = ()


def text(data: bytes) -> str:
    """Decode UTF-8 as Go's JSON does: each invalid byte becomes U+FFFD."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ESCAPED_BYTE.sub("\ufffd", data.decode("utf-8", "surrogateescape"))


def number(value: float) -> Literal:
    """Write a finite float as Go's JSON does: shortest digits, exponents only at the extremes."""
    digits = repr(value)
    if value == 0:
        return Literal("-0" if digits.startswith("-") else "0")
    if 1e-6 <= abs(value) < 1e21:
        return Literal(_positional(digits))
    mantissa, _, exponent = digits.partition("e")
    return Literal(f"{mantissa.removesuffix('.0')}e{int(exponent):+d}")


def _positional(digits: str) -> str:
    mantissa, _, exponent = digits.removesuffix(".0").partition("e")
    if not exponent:
        return mantissa
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, part = mantissa.lstrip("-").partition(".")
    if int(exponent) < 0:
        return f"{sign}0.{'0' * (-int(exponent) - 1)}{whole}{part}"
    return f"{sign}{whole}{part:0<{int(exponent)}}"


def in_order(plain: Plain) -> Plain:
    """Return a value with all names in the order of their bytes, as Go writes its maps."""
    if isinstance(plain, dict):
        return {name: in_order(plain[name]) for name in sorted(plain)}
    return [in_order(item) for item in plain] if isinstance(plain, list) else plain
