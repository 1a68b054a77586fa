"""Rules such as ``free > 200MiB && usage > 50%``: parsed to a tree, evaluated with variables.

The grammar is that of etcd-defrag's rules (Go's and C's operators, in C's order of precedence)
with sizes and per cent. ``50%`` is 0.5 where no operand follows, else ``%`` is the remainder.

Values follow the library that etcd-defrag evaluates with: whole numbers of 64 bits beside floating
point ones, so that ``80/100`` is 0; variables are floating point, and x / 0 is infinite for them.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pyetcdctl.errors import BadArguments

Value = int | float | bool
Values = Mapping[str, float]
Node = Callable[[Values], Value]

LONGEST = 1000
_DEEPEST = 50
_UNITS = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
    "TiB": 1 << 40,
}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+"
    r"|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"\s*(?P<unit>[kKMGT]i?B\b|B\b)?"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>\|\||&&|==|!=|<=|>=|<<|>>|[-+*/%<>!()?:&|^~]))"
)


def _wrapped(number: int | float) -> int | float:
    """Keep a whole number within 64 bits, as Go does."""
    if isinstance(number, int) and not -(1 << 63) <= number < 1 << 63:
        return (number + (1 << 63)) % (1 << 64) - (1 << 63)
    return number


def _whole(number: int | float) -> int:
    if number != int(number):
        raise TypeError("a whole number is needed")
    return int(number)


def _quotient(left: int | float, right: int | float) -> int | float:
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    return left / right


def _remainder(left: int | float, right: int | float) -> int | float:
    if isinstance(left, int) and isinstance(right, int):
        return left - right * int(_quotient(left, right))
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


def _shifted(left: int | float, right: int | float) -> int:
    number, by = _whole(left), _whole(right)
    return number << min(by, 64) if by >= 0 else number >> -by


_LEVELS: tuple[dict[str, Callable[..., Value]], ...] = (
    {"||": operator.or_},
    {"&&": operator.and_},
    {"|": lambda left, right: _whole(left) | _whole(right)},
    {"^": lambda left, right: _whole(left) ^ _whole(right)},
    {"&": lambda left, right: _whole(left) & _whole(right)},
    {"==": operator.eq, "!=": operator.ne},
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    {"<<": _shifted, ">>": lambda left, right: _shifted(left, -right)},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": _quotient, "%": _remainder},
)
_LOGICAL = frozenset({"||", "&&"})


class _Token(NamedTuple):
    kind: str
    text: str
    value: int | float = 0


class Expression:
    """A parsed rule. Raises BadArguments where the text is none, or no truth value."""

    def __init__(self, text: str, names: frozenset[str]) -> None:
        self.text = text
        self._names = names
        self._tokens = _tokens(text)
        self._at = 0
        self._root = self._choice(0)
        if self._at < len(self._tokens):
            raise self._wrong(f"unexpected {self._tokens[self._at].text!r}")
        if not isinstance(self._evaluate(dict.fromkeys(names, 1.0)), bool):
            raise self._wrong("it is not true or false")

    def holds(self, values: Values) -> bool:
        """Whether the rule holds for these values."""
        return bool(self._evaluate(values))

    def _evaluate(self, values: Values) -> Value:
        try:
            return self._root(values)
        except ZeroDivisionError:
            raise self._wrong("a whole number is divided by 0") from None
        except (TypeError, OverflowError, ValueError) as error:
            raise self._wrong(str(error)) from error

    def _choice(self, depth: int) -> Node:
        node = self._binary(0, depth)
        while self._take("?"):  # from left to right, unlike C
            first = self._choice(self._deeper(depth))
            if not self._take(":"):
                raise self._wrong("':' is missing after '?'")
            node = _chosen(node, first, self._binary(0, depth))
        return node

    def _binary(self, level: int, depth: int) -> Node:
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self._binary(level + 1, depth)
        while sign := self._take(*_LEVELS[level]):
            right = self._binary(level + 1, depth)
            left = _joined(sign, _LEVELS[level][sign], left, right)
        return left

    def _unary(self, depth: int) -> Node:
        sign = self._take("!", "-", "+", "~")
        if not sign:
            return self._operand(depth)
        inner = self._unary(self._deeper(depth))
        match sign:
            case "!":
                return lambda values: not _truth(inner(values))
            case "-":
                return lambda values: _wrapped(-_number(inner(values)))
            case "~":
                return lambda values: ~_whole(_number(inner(values)))
        return inner

    def _operand(self, depth: int) -> Node:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None:
            raise self._wrong("it ends too early")
        self._at += 1
        if token.text == "(":
            inner = self._choice(self._deeper(depth))
            if not self._take(")"):
                raise self._wrong("')' is missing")
            return inner
        if token.kind == "name":
            return self._named(token.text)
        if token.kind != "number":
            raise self._wrong(f"unexpected {token.text!r}")
        value = token.value
        if self._is_percentage():
            self._at += 1
            value /= 100
        return lambda values: value

    def _named(self, name: str) -> Node:
        if name in ("true", "false"):
            return lambda values: name == "true"
        if name not in self._names:
            raise self._wrong(f"no variable {name!r}; there are {', '.join(sorted(self._names))}")
        return lambda values: values[name]

    def _is_percentage(self) -> bool:
        """Whether a ``%`` is next that no operand follows."""
        following = [token.text for token in self._tokens[self._at : self._at + 2]]
        if following[:1] != ["%"]:
            return False
        after = self._tokens[self._at + 1] if len(following) > 1 else None
        return after is None or (after.kind == "sign" and after.text not in "(!~-")

    def _take(self, *signs: str) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is None or token.kind != "sign" or token.text not in signs:
            return ""
        self._at += 1
        return token.text

    def _deeper(self, depth: int) -> int:
        if depth >= _DEEPEST:
            raise self._wrong("it is nested too deeply")
        return depth + 1

    def _wrong(self, what: str) -> BadArguments:
        return BadArguments(f"rule {self.text!r}: {what}")


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise BadArguments(f"a rule has at most {LONGEST} characters")
    found, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise BadArguments(f"rule {text!r}: unexpected {stripped[at:].lstrip()[:10]!r}")
        at = match.end()
        kind = match.lastgroup if match.lastgroup != "unit" else "number"
        if match["number"]:
            size = _UNITS[match["unit"]] if match["unit"] else 1
            try:
                found.append(_Token("number", match[0].strip(), _literal(match["number"]) * size))
            except ValueError:
                raise BadArguments(f"rule {text!r}: {match['number']!r} is not a number") from None
        else:
            found.append(_Token(str(kind), match[0].strip()))
    return found


def _literal(text: str) -> int | float:
    """Read a number as Go does: a leading 0 makes it octal."""
    if text[:2].lower() not in ("0x", "0b", "0o"):
        if any(sign in text for sign in ".eE"):
            return float(text)
        if text[0] == "0" and text.strip("0_"):
            text = f"0o{text[1:]}"
    number = int(text, 0)
    if number >= 1 << (64 if text[:2].lower() == "0x" else 63):
        raise ValueError
    return int(_wrapped(number))


def _chosen(condition: Node, first: Node, second: Node) -> Node:
    return lambda values: first(values) if _truth(condition(values)) else second(values)


def _joined(sign: str, apply: Callable[..., Value], left: Node, right: Node) -> Node:
    if sign in _LOGICAL:
        return lambda values: apply(_truth(left(values)), _truth(right(values)))
    if sign in ("==", "!="):
        return lambda values: _compared(apply, left(values), right(values))
    return lambda values: _result(apply(_number(left(values)), _number(right(values))))


def _compared(apply: Callable[..., Value], left: Value, right: Value) -> Value:
    """Compare; true and false are no numbers, as they are in Python."""
    return apply((isinstance(left, bool), left), (isinstance(right, bool), right))


def _result(value: Value) -> Value:
    return value if isinstance(value, bool) else _wrapped(value)


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise TypeError("a number where true or false is needed")
    return value


def _number(value: Value) -> int | float:
    if isinstance(value, bool):
        raise TypeError("true or false where a number is needed")
    return value
