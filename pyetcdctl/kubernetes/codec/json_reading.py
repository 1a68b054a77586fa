"""Parse JSON without losing a number's digits, bounded in depth."""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NoReturn

from pyetcdctl.kubernetes.codec.envelope import SELF_DESCRIBED_CBOR
from pyetcdctl.kubernetes.objects import MAX_DEPTH, SURROGATE, Literal, NoJson, text

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain

STRING = re.compile(r'"(?:[^"\\]+|\\.)*+"', re.DOTALL)
STRING_OR_BLANKS = re.compile(r'("(?:[^"\\]+|\\.)*+")|[ \t\r\n]+', re.DOTALL)
BRACKET = re.compile(r"[\[{}\]]")
STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
BLANK = re.compile(r"[ \t\r\n]")
CACHED_SIZE = 8192
"""The longest raw text in the cache: FieldsV1 repeat from object to object, longer texts rarely
do.
"""


def parse(json_text: str) -> Plain:
    """Parse JSON into the plain form; raises ValueError, also for nesting beyond MAX_DEPTH."""
    if depth(json_text) > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    try:
        plain = DECODER.decode(json_text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python refuses to read integers of thousands of digits.
        plain = LITERAL_DECODER.decode(json_text)
    return without_surrogates(plain) if ESCAPED_SURROGATE.search(json_text) else plain


def depth(json_text: str) -> int:
    """Return the nesting depth of arrays and objects in a JSON text; 0 if it cannot exceed
    MAX_DEPTH.
    """
    if json_text.count("[") + json_text.count("{") <= MAX_DEPTH:
        return 0
    brackets = BRACKET.findall(STRING.sub("", json_text))
    return max(accumulate(map(STEP.__getitem__, brackets)), default=0)


def compact(json_text: str) -> str:
    """Remove the blanks between a JSON text's tokens, and nothing else."""
    return STRING_OR_BLANKS.sub(r"\1", json_text) if BLANK.search(json_text) else json_text


def raw_json(raw: bytes) -> Plain:
    """Return the JSON in a raw extension, CBOR converted to JSON; other bytes become base64."""
    if not raw:
        return None
    return _cached_raw(raw) if len(raw) <= CACHED_SIZE else _raw(raw)


def without_surrogates(plain: Plain) -> Plain:
    """Replace unpaired surrogates, which UTF-8 cannot encode, by U+FFFD."""
    if isinstance(plain, str):
        return SURROGATE.sub("\ufffd", plain)
    if isinstance(plain, list):
        return [without_surrogates(item) for item in plain]
    if isinstance(plain, dict):
        return {SURROGATE.sub("\ufffd", key): without_surrogates(v) for key, v in plain.items()}
    return plain


def _raw(raw: bytes) -> Plain:
    if raw.startswith(SELF_DESCRIBED_CBOR):
        return _raw_cbor(raw)
    json_text = text(raw)
    try:
        parse(json_text)
    except ValueError:
        return NoJson(base64.b64encode(raw).decode())
    return Literal(compact(json_text), json_text)


def _raw_cbor(raw: bytes) -> Plain:
    from pyetcdctl.kubernetes.codec.cbor_reading import loads
    from pyetcdctl.kubernetes.codec.json_writing import json_text

    plain, problem = loads(raw)
    return NoJson(base64.b64encode(raw).decode()) if problem else Literal(json_text(plain), raw)


_cached_raw = lru_cache(maxsize=1024)(_raw)


def _refuse(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


DECODER = json.JSONDecoder(parse_float=Literal, parse_constant=_refuse)
LITERAL_DECODER = json.JSONDecoder(parse_float=Literal, parse_int=Literal, parse_constant=_refuse)
