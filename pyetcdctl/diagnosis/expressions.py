"""Rules such as ``free > 200MiB && usage > 50%``: parsed to a tree, evaluated with variables.

The grammar is that of etcd-defrag's rules (Go's and C's operators, in C's order of precedence)
with sizes and per cent. ``50%`` is 0.5 where no operand follows, else ``%`` is the remainder.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pyetcdctl.errors import BadArguments

Value = float | bool
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
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)"
    r"\s*(?P<unit>[kKMGT]i?B\b|B\b)?"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>\|\||&&|==|!=|<=|>=|<<|>>|[-+*/%<>!()?:&|^~]))"
)
_LEVELS: tuple[dict[str, Callable[..., Value]], ...] = (
    {"||": operator.or_},
    {"&&": operator.and_},
    {"|": lambda left, right: float(int(left) | int(right))},
    {"^": lambda left, right: float(int(left) ^ int(right))},
    {"&": lambda left, right: float(int(left) & int(right))},
    {"==": operator.eq, "!=": operator.ne},
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    {
        "<<": lambda left, right: float(int(left) << min(int(right), 64)),
        ">>": lambda left, right: float(int(left) >> int(right)),
    },
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv, "%": operator.mod},
)


class _Token(NamedTuple):
    kind: str
    text: str
    value: float = 0.0


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
            return False
        except (TypeError, OverflowError, ValueError) as error:
            raise self._wrong(str(error)) from error

    def _choice(self, depth: int) -> Node:
        condition = self._binary(0, depth)
        if not self._take("?"):
            return condition
        first = self._choice(self._deeper(depth))
        if not self._take(":"):
            raise self._wrong("':' is missing after '?'")
        second = self._choice(self._deeper(depth))
        return lambda values: first(values) if condition(values) else second(values)

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
                return lambda values: -_number(inner(values))
            case "~":
                return lambda values: float(~int(_number(inner(values))))
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
        return after is None or (after.kind == "sign" and after.text not in "(!~")

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
            literal = match["number"]
            number = int(literal, 16) if literal[:2] in ("0x", "0X") else float(literal)
            found.append(_Token("number", match[0].strip(), float(number * size)))
        else:
            found.append(_Token(str(kind), match[0].strip()))
    return found


def _joined(sign: str, apply: Callable[..., Value], left: Node, right: Node) -> Node:
    if sign == "||":  # the right side counts only where the left one does not decide
        return lambda values: _truth(left(values)) or _truth(right(values))
    if sign == "&&":
        return lambda values: _truth(left(values)) and _truth(right(values))
    if sign in ("==", "!="):
        return lambda values: apply(left(values), right(values))
    return lambda values: apply(_number(left(values)), _number(right(values)))


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise TypeError("a number where true or false is needed")
    return value


def _number(value: Value) -> float:
    if isinstance(value, bool):
        raise TypeError("true or false where a number is needed")
    return value
