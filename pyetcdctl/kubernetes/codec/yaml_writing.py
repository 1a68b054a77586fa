"""YAML text as kubectl prints it: block style, two spaces, keys in natural order, folded at 80.

The rules are those of the emitter that kubectl uses (go-yaml 2). A line begins with its ``lead``:
indentation, and the ``- `` of the lists whose first line it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.codec.natural_order import natural_order
from pyetcdctl.kubernetes.codec.yaml_scalars import (
    SAFE,
    WORDS,
    key_text,
    long_key_text,
    string_text,
)
from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain

Layout = tuple[tuple[str, str | None], ...]
LAYOUTS: dict[tuple[str, ...], Layout] = {}
MAX_LAYOUTS = 4096
MAX_LAYOUT_KEYS = 64
CACHED_SIZE = 8192
safe = SAFE.fullmatch


def yaml_text(plain: Plain) -> str:
    """Write a value as one document, with a newline at the end."""
    out: list[str] = []
    if isinstance(plain, dict) and plain:
        _mapping(plain, "", out, "")
    elif isinstance(plain, list) and plain:
        _sequence(plain, "", out, "")
    else:
        _scalar(plain, "", out, "")
    return "".join(out)


def _mapping(entries: Object, indent: str, out: list[str], lead: str) -> None:
    deeper = indent + "  "
    for key, name in _layout(entries):
        value = entries[key]
        if name is None:
            _long_entry(key, value, indent, out, lead)
        elif type(value) is str:
            if safe(value) and value not in WORDS:
                out.append(f"{lead}{name} {value}\n")
            else:
                _string(value, indent, out, f"{lead}{name} ")
        elif type(value) is dict:
            if value:
                out.append(f"{lead}{name}\n")
                _mapping(value, deeper, out, deeper)
            else:
                out.append(f"{lead}{name} {{}}\n")
        elif type(value) is list and value:
            out.append(f"{lead}{name}\n")
            _sequence(value, indent, out, indent)
        elif type(value) is Literal:
            _literal_value(value, indent, out, f"{lead}{name}")
        else:
            _scalar(value, indent, out, f"{lead}{name} ")
        lead = indent


def _sequence(items: list[Plain], indent: str, out: list[str], lead: str) -> None:
    deeper = indent + "  "
    for item in items:
        dashed = f"{lead}- "
        if type(item) is dict and item:
            _mapping(item, deeper, out, dashed)
        elif type(item) is list and item:
            _sequence(item, deeper, out, dashed)
        elif type(item) is Literal:
            _literal_item(item, indent, out, dashed)
        else:
            _scalar(item, indent, out, dashed)
        lead = indent


def _scalar(value: Plain, indent: str, out: list[str], lead: str) -> None:
    if isinstance(value, str):
        _string(value, indent, out, lead)
    elif isinstance(value, Literal):
        _literal_item(value, indent, out, lead)
    elif isinstance(value, (dict, list)):
        out.append(f"{lead}{'{}' if isinstance(value, dict) else '[]'}\n")
    elif isinstance(value, int) and not isinstance(value, bool):
        out.append(f"{lead}{integer_text(value)}\n")
    else:
        out.append(f"{lead}{'null' if value is None else 'true' if value else 'false'}\n")


def _string(value: str, indent: str, out: list[str], lead: str) -> None:
    text = string_text(value, len(lead), indent + "  ")
    out.append(lead)
    out.append(text)
    # A block ends with its own last break.
    if text[-1] not in "\n\u2028\u2029":
        out.append("\n")


def _long_entry(key: str, value: Plain, indent: str, out: list[str], lead: str) -> None:
    """Write an entry whose key does not fit on a line with its value: ``? key``, ``: value``."""
    text = long_key_text(key, len(lead) + 2, indent + "  ")
    out.append(f"{lead}? {text}")
    if text[-1] not in "\n\u2028\u2029":
        out.append("\n")
    _nested(value, indent, out, f"{indent}: ")


def _nested(value: Plain, indent: str, out: list[str], lead: str) -> None:
    if isinstance(value, dict) and value:
        _mapping(value, indent + "  ", out, lead)
    elif isinstance(value, list) and value:
        _sequence(value, indent + "  ", out, lead)
    else:
        _scalar(value, indent, out, lead)


def _literal_value(literal: Literal, indent: str, out: list[str], lead: str) -> None:
    text = literal.text
    if len(text) <= CACHED_SIZE:
        out.append(lead)
        out.append(_cached_literal(text, indent, len(lead)))
    else:
        _after_colon(json_reading.parse(text), indent, out, lead)


@lru_cache(maxsize=1024)
def _cached_literal(text: str, indent: str, column: int) -> str:
    out: list[str] = []
    lead = " " * column
    _after_colon(json_reading.parse(text), indent, out, lead)
    return "".join(out)[column:]


def _after_colon(value: Plain, indent: str, out: list[str], lead: str) -> None:
    if isinstance(value, Literal):
        out.append(f"{lead} {float_text(value.text)}\n")
    elif isinstance(value, dict) and value:
        out.append(f"{lead}\n")
        _mapping(value, indent + "  ", out, indent + "  ")
    elif isinstance(value, list) and value:
        out.append(f"{lead}\n")
        _sequence(value, indent, out, indent)
    else:
        _scalar(value, indent, out, f"{lead} ")


def _literal_item(literal: Literal, indent: str, out: list[str], lead: str) -> None:
    value = json_reading.parse(literal.text)
    if isinstance(value, Literal):
        out.append(f"{lead}{float_text(value.text)}\n")
    else:
        _nested(value, indent, out, lead)


def _layout(entries: Object) -> Layout:
    """Return the keys in their order, each with its text, None where it needs lines of its own."""
    keys = tuple(entries)
    layout = LAYOUTS.get(keys)
    if layout is None:
        layout = tuple((key, key_text(key)) for key in natural_order(keys))
        if len(keys) <= MAX_LAYOUT_KEYS and len("".join(keys)) < CACHED_SIZE:
            if len(LAYOUTS) >= MAX_LAYOUTS:
                LAYOUTS.clear()
            LAYOUTS[keys] = layout
    return layout


def integer_text(value: int) -> str:
    """Write an integer; beyond 64 bits it is read, and so printed, as a float."""
    if -(1 << 63) <= value < 1 << 64:
        return str(value)
    return float_text(str(value)) if abs(value) < 10**400 else str(value)


def float_text(text: str) -> str:
    """Write the text of a number as Go's %g does: exponents below 1e-4 and from 1e21's like on."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text
    mantissa, _, exponent = repr(value).partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, part = mantissa.lstrip("-").partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(digits))
    digits = digits.rstrip("0") or "0"
    return sign + _general(digits, point if value else 1)


def _general(digits: str, point: int) -> str:
    if point - 1 < -4 or point - 1 >= 21 - 15:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        exponent = point - 1
        return f"{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"
