"""The readable beginning of a JSON text that is truncated or damaged further on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.objects import MAX_DEPTH

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object

TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<mark>[{}\[\],:])|(?P<string>\"(?:[^\"\\\x00-\x1f]|\\.)*+\")"
    r"|(?P<other>-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?=[ \t\r\n,}\]])|true|false|null))",
    re.DOTALL,
)
CLOSING = {"{": "}", "[": "]"}


def beginning(json_text: str) -> Object | None:
    """Parse an object up to its last complete value; None where nothing can be parsed."""
    end, open_brackets = _whole_part(json_text)
    try:
        plain = json_reading.parse(json_text[:end] + "".join(reversed(open_brackets)))
    except ValueError:
        return None
    return plain if isinstance(plain, dict) else None


def _whole_part(json_text: str) -> tuple[int, list[str]]:
    """Return where the last whole value ends, and the brackets that are open there."""
    stack: list[str] = []
    awaited, at, end = "value", 0, 0
    while len(stack) < MAX_DEPTH:
        token = TOKEN.match(json_text, at)
        if token is None:
            break
        at = token.end()
        following = _next(awaited, token, stack)
        if following is None:
            break
        awaited = following
        if awaited in ("first key", "first item", "next"):
            end = at
    return end, stack


def _next(awaited: str, token: re.Match[str], stack: list[str]) -> str | None:
    """Return what may follow a token, None when it does not fit; open and close brackets."""
    mark = token["mark"]
    if awaited == "colon":
        return "value" if mark == ":" else None
    if awaited == "next":
        return _after_value(mark, stack)
    if awaited in ("first key", "key") and token["string"]:
        return "colon"
    if awaited in ("value", "first item"):
        if mark is None:
            return "next"
        if mark in CLOSING:
            stack.append(CLOSING[mark])
            return "first key" if mark == "{" else "first item"
    return _closed(mark, stack) if awaited in ("first key", "first item") else None


def _after_value(mark: str | None, stack: list[str]) -> str | None:
    if mark == "," and stack:
        return "key" if stack[-1] == "}" else "value"
    return _closed(mark, stack)


def _closed(mark: str | None, stack: list[str]) -> str | None:
    if not stack or mark != stack[-1]:
        return None
    stack.pop()
    return "next"
