"""Strings in kubectl's YAML: plain, quoted or as a block, folded at 80 columns.

A string is plain when YAML 1.1 reads the same string from it, else quoted; one with a newline is a
literal block where a block can hold it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from math import isinf

WIDTH = 80
LONGEST_SIMPLE_KEY = 128
CACHED_LENGTH = 40
WORDS = frozenset(
    spelling
    for word in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for spelling in (word, word.capitalize(), word.upper())
) | {"", "~"}
SAFE = re.compile(r"[A-Za-z/_][-A-Za-z0-9_./]*")
"""A string that needs no further check, unless it is one of ``WORDS``."""

NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
INTEGER = re.compile(r"[-+]?0(?:[bB][01]+|[oO]?[0-7]+|[xX][0-9a-fA-F]+)")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt](?P<clock>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?"
    r"(?:Z|[-+](?:[01][0-9]|2[0-4]):(?:[0-5][0-9]|60))"
    r"| (?P<plain_clock>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?:[.,][0-9]+)?)?"
)
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

BREAKS = "\n\u2028\u2029"
ANY_BREAK = re.compile(f"[\r\x85{BREAKS}]")
BREAK = re.compile("([\u2028\u2029]+)")
LINE = re.compile(f"[^{BREAKS}]+")
ASCII_CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f]")
BESIDE_BREAK = re.compile(f" [{BREAKS}]|[{BREAKS}] ")
NO_BLOCK = re.compile(f" [{BREAKS}]| \\Z")
NOT_PLAIN_START = re.compile(r"---|\.\.\.|[#,\[\]{}&*!|>'\"%@` ]|[?:-](?: |\Z)")
NOT_PLAIN_INSIDE = re.compile(r": |:\Z| #| \Z")
SINGLE_SPACE = re.compile("(?<=[^ ]) (?=[^ ])")
FIRST_SPACE = re.compile(r"(?<=[^ ]) (?!\Z)")
ASCII_TO_ESCAPE = re.compile(r'[\0-\x1f"\\\x7f]')
ANYTHING = re.compile("(?s:.)")
SHORT_ESCAPES = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\u2028": "L",
    "\u2029": "P",
}


def string_text(value: str, column: int, indent: str) -> str:
    """Write a string that begins at a column; its further lines begin with ``indent``."""
    if "\n" in value:
        if _has_control(value) or NO_BLOCK.search(value):
            return _double_quoted(value, column, indent)
        return _block(value, indent)
    if is_no_string(value) or _has_control(value):
        return _double_quoted(value, column, indent)
    if "\u2028" in value or "\u2029" in value:
        if BESIDE_BREAK.search(value):
            return _double_quoted(value, column, indent)
        return _single_quoted(value, column, indent)
    if NOT_PLAIN_START.match(value) or NOT_PLAIN_INSIDE.search(value):
        return _single_quoted(value, column, indent)
    return _folded(value, column, indent) if column + len(value) > WIDTH else value


def key_text(key: str) -> str | None:
    """Write a key with its colon; None when it takes more than a line or 128 bytes."""
    if SAFE.fullmatch(key) and key not in WORDS and len(key) <= LONGEST_SIMPLE_KEY:
        return f"{key}:"
    if len(key.encode()) > LONGEST_SIMPLE_KEY or ANY_BREAK.search(key):
        return None
    unfolded = -4 * LONGEST_SIMPLE_KEY - 12 * len(key)
    return f"{string_text(key, unfolded, '')}:"


def long_key_text(key: str, column: int, indent: str) -> str:
    """Write a key that ``key_text`` refuses."""
    return string_text(key, column, indent)


@cache
def _unicode(pattern: str) -> re.Pattern[str]:
    """Compile a set of thousands of characters: slow, and needed by few objects."""
    return re.compile(pattern)


def _has_control(text: str) -> bool:
    """Return whether a character is one that YAML does not print."""
    if text.isascii():
        return ASCII_CONTROL.search(text) is not None
    return _unicode("[^\n -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]").search(text) is not None


def _to_escape(text: str) -> re.Pattern[str]:
    if text.isascii():
        return ASCII_TO_ESCAPE
    return _unicode("[^ !#-\\[\\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def is_no_string(text: str) -> bool:
    """Return whether a plain text would be read as something else: a number, a bool, a date."""
    return _cached_is_no_string(text) if len(text) < CACHED_LENGTH else _is_no_string(text)


def _is_no_string(text: str) -> bool:
    if text in WORDS or NOT_FINITE.fullmatch(text):
        return True
    first = text[0]
    if first == ".":
        return _is_float(text)
    if first not in "+-0123456789":
        return False
    digits = text.replace("_", "")
    return bool(
        INTEGER.fullmatch(digits)
        or _is_float(digits)
        or BASE_60.fullmatch(text)
        or _is_timestamp(text)
    )


_cached_is_no_string = lru_cache(maxsize=4096)(_is_no_string)


def _is_float(text: str) -> bool:
    return bool(FLOAT.fullmatch(text)) and (text.strip("+-").isdecimal() or not isinf(float(text)))


def _is_timestamp(text: str) -> bool:
    match = TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups()[:3])
    if not 1 <= month <= 12:
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    clock = match["clock"] or match["plain_clock"] or "0:0:0"
    hour, minute, second = (int(part) for part in clock.split(":"))
    return 1 <= day <= DAYS[month - 1] + leap and hour < 24 and minute < 60 and second < 60


def _folded(text: str, column: int, indent: str) -> str:
    """Break lines at single spaces beyond the width."""
    pieces, start = [], 0
    for match in SINGLE_SPACE.finditer(text):
        if column + match.start() - start > WIDTH:
            pieces.append(text[start : match.start()])
            start, column = match.end(), len(indent)
    pieces.append(text[start:])
    return f"\n{indent}".join(pieces)


def _single_quoted(value: str, column: int, indent: str) -> str:
    first, *rest = BREAK.split(value.replace("'", "''"))
    text = _folded(first, column + 1, indent)
    for breaks, line in zip(rest[::2], rest[1::2], strict=True):
        text += breaks + (indent + _folded(line, len(indent), indent) if line else "")
    return f"'{text}'"


def _double_quoted(value: str, column: int, indent: str) -> str:
    # After a byte order mark, kubectl's emitter treats every character as one.
    text = (ANYTHING if value[:1] == "\ufeff" else _to_escape(value)).sub(_escape, value)
    pieces: list[str] = []
    start, column = 0, column + 1
    for match in FIRST_SPACE.finditer(text):
        if column + match.start() - start > WIDTH:
            more = "\\" if text[match.end()] == " " else ""
            pieces += (text[start : match.start()], f"\n{indent}{more}")
            start, column = match.end(), len(indent + more)
    return f'"{"".join(pieces)}{text[start:]}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in SHORT_ESCAPES:
        return f"\\{SHORT_ESCAPES[character]}"
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _block(value: str, indent: str) -> str:
    hint = "2" if value[0] in f" {BREAKS}" else ""
    ends = [character in BREAKS for character in value[-2:]]
    chomp = "-" if not ends[-1] else "+" if len(value) == 1 or ends[0] else ""
    body = LINE.sub(lambda match: indent + match[0], value)
    return f"|{hint}{chomp}\n{body}"
