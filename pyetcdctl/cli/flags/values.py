"""Words of the command line as values, with the rules and the error texts of Go's flag values."""

from __future__ import annotations

import os
import re

from pyetcdctl.errors import BadArguments, BadFeature
from pyetcdctl.go_durations import BadDuration, parse_duration
from pyetcdctl.output.quoting import go_quoted

_INT64 = range(-(1 << 63), 1 << 63)
_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")
_DIGITS = {
    "0b": re.compile(r"[01]+"),
    "0o": re.compile(r"[0-7]+"),
    "0x": re.compile(r"[0-9a-fA-F]+"),
    "": re.compile(r"[0-9]+"),
}
_UNDERSCORES = re.compile(r"(?:0[bBoOxX]_?)?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*")
FOREVER_SECONDS = 2e9
"""The longest duration: gRPC's clock does not support the longest one of Go."""

_QUOTED_FIELD = re.compile(r'"((?:[^"]|"")*+)"')


class ValueRefused(Exception):
    """A flag's value does not parse; the text is Go's."""


def raw(text: str) -> bytes:
    """Return the exact bytes of an argument, also of one that is no UTF-8."""
    return os.fsencode(text)


def int64(text: str) -> int:
    """Parse a number as Go's ParseInt does with base 0: decimal, 0x1f, 0o17, 017, 0b1, 1_000."""
    return _parse_int(text, "ParseInt", _INT64)


def unsigned(text: str) -> int:
    """Parse an unsigned number, base 0 as in ``int64``."""
    return _parse_int(text, "ParseUint", range(1 << 64))


def decimal(text: str) -> int:
    """Parse a signed decimal number; the error is Go's ParseInt's."""
    sign, digits = _split_sign(text)
    if not digits.isascii() or not digits.isdigit():
        raise _unparsed("ParseInt", text, "invalid syntax")
    value = sign * int(digits)
    if value not in _INT64:
        raise _unparsed("ParseInt", text, "value out of range")
    return value


def lease_id(text: str) -> int:
    """Parse a lease id: hexadecimal without 0x, 64 bits signed."""
    try:
        return hex_id(text)
    except ValueRefused as error:
        raise BadArguments(f"bad lease ID ({error}), expecting ID in Hex") from error


def hex_id(text: str) -> int:
    """Parse a signed hexadecimal number without 0x; the error is Go's ParseInt's."""
    sign, digits = _split_sign(text)
    if not _DIGITS["0x"].fullmatch(digits):
        raise _unparsed("ParseInt", text, "invalid syntax")
    value = sign * int(digits, 16)
    if value not in _INT64:
        raise _unparsed("ParseInt", text, "value out of range")
    return value


def unsigned_hex(text: str) -> int:
    """Parse an unsigned hexadecimal number without 0x; the error is Go's ParseUint's."""
    if not _DIGITS["0x"].fullmatch(text):
        raise _unparsed("ParseUint", text, "invalid syntax")
    value = int(text, 16)
    if value >> 64:
        raise _unparsed("ParseUint", text, "value out of range")
    return value


def boolean(text: str) -> bool:
    """Parse a bool as Go's ParseBool does."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _unparsed("ParseBool", text, "invalid syntax")


def duration(text: str) -> float:
    """Parse a Go duration (``1h30m``, ``1.5s``, ``-2ms``, ``0``) into seconds."""
    try:
        return min(parse_duration(text) / 1e9, FOREVER_SECONDS)
    except BadDuration as error:
        raise ValueRefused(str(error)) from None


def is_serializable(consistency: str) -> bool:
    """Parse ``--consistency``: ``s``, or ``l`` for linearizable."""
    if consistency not in ("l", "s"):
        raise BadFeature(f"unknown consistency flag {go_quoted(raw(consistency))}")
    return consistency == "s"


def comma_separated(text: str) -> tuple[str, ...]:
    """Split one CSV record: commas separate, double quotes protect. The errors are Go's."""
    if '"' not in text:
        return tuple(text.split(",")) if text else ()
    fields, at = [], 0
    while True:
        field, at = _quoted_field(text, at) if text.startswith('"', at) else _bare_field(text, at)
        fields.append(field)
        if at == len(text):
            return tuple(fields)
        at += 1


def _quoted_field(text: str, at: int) -> tuple[str, int]:
    """Return the field after a quote, in which two quotes are one, and where it ends."""
    found = _QUOTED_FIELD.match(text, at)
    if found is None:
        raise _bad_csv(text, len(text), 'extraneous or missing " in quoted-field')
    if not text.startswith(",", found.end()) and found.end() < len(text):
        raise _bad_csv(text, found.end() - 1, 'extraneous or missing " in quoted-field')
    return found[1].replace('""', '"'), found.end()


def _bare_field(text: str, at: int) -> tuple[str, int]:
    comma = text.find(",", at)
    field = text[at:] if comma < 0 else text[at:comma]
    if '"' in field:
        raise _bad_csv(text, at + field.index('"'), 'bare " in non-quoted-field')
    return field, at + len(field)


def _bad_csv(text: str, at: int, what: str) -> ValueRefused:
    return ValueRefused(f"parse error on line 1, column {len(raw(text[:at])) + 1}: {what}")


def _unparsed(function: str, text: str, why: str) -> ValueRefused:
    return ValueRefused(f"strconv.{function}: parsing {go_quoted(raw(text))}: {why}")


def _split_sign(text: str) -> tuple[int, str]:
    if text[:1] in ("+", "-"):
        return (-1 if text[0] == "-" else 1), text[1:]
    return 1, text


def _parse_int(text: str, function: str, allowed: range) -> int:
    sign, digits = _split_sign(text)
    if function == "ParseUint":
        sign, digits = 1, text
    prefix = digits[:2].lower()
    if prefix not in _DIGITS:
        prefix = "0" if digits[:1] == "0" and len(digits) > 1 else ""
    body = digits[len(prefix) :]
    if "_" in digits and _UNDERSCORES.fullmatch(digits):
        body = body.replace("_", "")
    pattern = _DIGITS["0o" if prefix == "0" else prefix]
    if not pattern.fullmatch(body):
        raise _unparsed(function, text, "invalid syntax")
    base = {"0b": 2, "0o": 8, "0": 8, "0x": 16}.get(prefix, 10)
    value = sign * int(body, base)
    if value not in allowed:
        raise _unparsed(function, text, "value out of range")
    return value
