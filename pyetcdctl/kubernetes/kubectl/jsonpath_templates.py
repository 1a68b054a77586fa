"""kubectl's JSONPath templates: text, paths in braces, quoted text, and ``range``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadArguments, TemplateFailed
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.kubectl import jsonpath_paths
from pyetcdctl.kubernetes.kubectl.jsonpath_paths import PathRefused, walk
from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.kubectl.jsonpath_paths import Step
    from pyetcdctl.kubernetes.objects import Plain

    Part = Callable[[Plain], str]

_FIELD = re.compile(r"\.?((?:\\.|[^ .\[\]$@{}\\])*)")
_QUOTE = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_MOST_DIGITS = 300
_IDENTIFIER = re.compile(r"\w+")
_ARRAY = re.compile(r"\[((?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[^\]'\"\n])*)\]")
_MEMBERS = re.compile(r"(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[^,])++")
# Possessive: an unterminated quote would otherwise be matched in every possible way.
_FILTER = re.compile(
    r"\[\?\(((?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|(?!\)\]).)*+)\)\]", re.DOTALL
)
_COMPARISON = re.compile(r"([^!<>=]+)([!<>=]+)(.+)", re.DOTALL)
_RELAXED = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_ESCAPES = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))


LONGEST = 8_192
"""Longer paths and templates are refused: unterminated quotes take quadratic time."""


class _Action(NamedTuple):
    """What is in one pair of braces; ``word`` is ``range``, ``end`` or empty."""

    word: str
    steps: tuple[Step, ...]


class Path:
    """One path: ``.status.addresses[0].address``, also in braces or without the first dot."""

    def __init__(self, text: str) -> None:
        """Raises BadArguments for what is not a path."""
        if len(text) > LONGEST:
            raise BadArguments(f"a path of {len(text):,} characters is too long")
        relaxed = _RELAXED.fullmatch(text)
        inner = (relaxed[1] or relaxed[2]) if relaxed else text
        start = "" if inner[:1] in "[$@" else "."
        try:
            parser = _Parser(f"{{{start}{inner}}}")
            actions = list(parser.pieces())
        except PathRefused as refused:
            raise BadArguments(f'"{text}" is not a path into an object: {refused}') from refused
        if len(actions) != 1 or isinstance(actions[0], str) or actions[0].word:
            raise BadArguments(f'"{text}" is not a path into an object')
        self._steps = actions[0].steps

    def of(self, plain: Plain) -> list[Plain]:
        """Return all values at the path; none where it has no value or does not fit the object."""
        try:
            return walk(self._steps, plain)
        except PathRefused:
            return []


def template(text: str) -> Part:
    """Compile a template to a function that fills it in; raises BadArguments.

    The function raises TemplateFailed for an object that the template does not fit.
    """
    if not text:
        raise BadArguments("jsonpath= needs a template", "Example:  jsonpath={.metadata.name}")
    if len(text) > LONGEST:
        raise BadArguments(f"a template of {len(text):,} characters is too long")
    shown = text if "{" in text else f"{{{text if text[:1] in '.[$' else '.' + text}}}"
    try:
        pieces = list(_Parser(shown).pieces())
        part, rest = _sequence(pieces)
        if rest:
            raise PathRefused("not in range, nothing to end")
    except PathRefused as refused:
        raise BadArguments(f"error parsing jsonpath {text}, {refused}") from refused

    def fill_in(plain: Plain) -> str:
        try:
            return part(plain)
        except PathRefused as refused:
            raise TemplateFailed(f'error executing jsonpath "{text}": {refused}') from refused

    return fill_in


class _Parser:
    """Reads a template from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def pieces(self) -> list[str | _Action]:
        """Return texts and actions in their order."""
        found: list[str | _Action] = []
        while self._at < len(self._text):
            brace = self._text.find("{", self._at)
            end = len(self._text) if brace < 0 else brace
            if end > self._at:
                found.append(self._text[self._at : end])
            self._at = end + 1
            if brace >= 0:
                found.append(self._action())
        return found

    def _action(self) -> _Action:
        word, steps = "", list[jsonpath_paths.Step]()
        while not self._take("}"):
            if self._at >= len(self._text) or self._text[self._at] == "\n":
                raise PathRefused("unclosed action")
            identifier = _IDENTIFIER.match(self._text, self._at)
            if identifier and not steps and not identifier[0][0].isdigit():
                self._at = identifier.end()
                word = word or identifier[0]
            else:
                steps += self._next()
        if word in ("true", "false"):
            return _Action("", (jsonpath_paths.constant(word == "true"),))
        if word not in ("", "range", "end"):
            raise PathRefused(f"unrecognized identifier {word}")
        return _Action(word, tuple(steps))

    def _next(self) -> list[Step]:
        """Read one step, or the separator between two."""
        character = self._text[self._at]
        if character in " @$":
            self._at += 1
            return []
        if self._take(".."):
            return self._recursive()
        if character == ".":
            return [self._field()]
        if character == "[":
            return self._filter() if self._text.startswith("[?(", self._at) else self._array()
        if character in "\"'":
            return [jsonpath_paths.constant(self._quote())]
        if number := self._match(_NUMBER):
            return [jsonpath_paths.constant(_number(number[0]))]
        raise PathRefused(f"unrecognized character in action: U+{ord(character):04X} '{character}'")

    def _recursive(self) -> list[Step]:
        if self._text.startswith(".", self._at):
            raise PathRefused("invalid multiple recursive descent")
        named = self._text[self._at : self._at + 1]
        more = [self._field()] if named.isalnum() or named in ("_", "*", "\\") else []
        return [jsonpath_paths.descend, *more]

    def _field(self) -> Step:
        found = self._match(_FIELD)
        assert found  # it may be empty
        return (
            jsonpath_paths.every if found[1] == "*" else jsonpath_paths.name(_unescaped(found[1]))
        )

    def _quote(self) -> str:
        found = self._match(_QUOTE)
        if found is None:
            raise PathRefused("unterminated quoted string")
        return _unescaped(found[1] if found[1] is not None else found[2])

    def _array(self) -> list[Step]:
        found = self._match(_ARRAY)
        if found is None:
            raise PathRefused("unterminated array")
        members = [_member(part.strip()) for part in _MEMBERS.findall(found[1]) or [""]]
        return [members[0] if len(members) == 1 else jsonpath_paths.union([[m] for m in members])]

    def _filter(self) -> list[Step]:
        found = self._match(_FILTER)
        if found is None:
            raise PathRefused("unterminated filter")
        compared = _COMPARISON.fullmatch(found[1])
        left, operator, right = compared.groups() if compared else (found[1], "exists", "")
        return [jsonpath_paths.where(_steps(left), operator, _steps(right))]

    def _take(self, text: str) -> bool:
        taken = self._text.startswith(text, self._at)
        self._at += len(text) if taken else 0
        return taken

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found


def _number(literal: str) -> Plain:
    if len(literal) > _MOST_DIGITS:
        raise PathRefused(f"a number of {len(literal)} characters is too long")
    return float(literal) if "." in literal else int(literal)


def _steps(text: str) -> tuple[Step, ...]:
    """Read one side of a filter's comparison."""
    pieces = _Parser(f"{{{text.strip()}}}").pieces()
    if len(pieces) != 1 or isinstance(pieces[0], str):
        raise PathRefused("unterminated filter")
    return pieces[0].steps


def _member(text: str) -> Step:
    if text == "*":
        return jsonpath_paths.every
    if quoted := _QUOTE.fullmatch(text):
        return jsonpath_paths.name(_unescaped(quoted[1] if quoted[1] is not None else quoted[2]))
    return jsonpath_paths.elements(text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    escape = found[1]
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(min(int(escape[1:], 16), 0x10FFFF))
    if len(escape) == 3:
        return chr(int(escape, 8) & 0xFF)
    return _ESCAPES.get(escape, escape)


def _sequence(
    pieces: list[str | _Action], *, inside: bool = False
) -> tuple[Part, list[str | _Action]]:
    parts: list[Part] = []
    while pieces:
        piece, pieces = pieces[0], pieces[1:]
        if isinstance(piece, str):
            parts.append(_constant(piece))
        elif piece.word == "end":
            if inside:
                return _joined(parts), pieces
            raise PathRefused("not in range, nothing to end")
        elif piece.word == "range":
            each, pieces = _sequence(pieces, inside=True)
            parts.append(_range(piece.steps, each))
        else:
            parts.append(_values(piece.steps))
    if inside:
        raise PathRefused("unterminated range")
    return _joined(parts), pieces


def _values(steps: tuple[Step, ...]) -> Part:
    return lambda plain: " ".join(map(value_text, walk(steps, plain)))


def value_text(plain: Plain) -> str:
    """Return a value as a template shows it: strings unquoted, objects and lists as JSON."""
    if isinstance(plain, str):
        return plain
    inside = jsonpath_paths.parsed(plain)
    return inside.text if isinstance(inside, Literal) else json_text(_in_order(inside))


def _in_order(plain: Plain) -> Plain:
    """Return a value with its names in order, as kubectl's maps are printed."""
    inside = jsonpath_paths.parsed(plain)
    if isinstance(inside, dict):
        return {name: _in_order(inside[name]) for name in sorted(inside)}
    return [_in_order(item) for item in inside] if isinstance(inside, list) else inside


def _constant(text: str) -> Part:
    return lambda _: text


def _joined(parts: list[Part]) -> Part:
    return lambda plain: "".join(part(plain) for part in parts)


def _range(steps: tuple[Step, ...], each: Part) -> Part:
    return lambda plain: "".join(map(each, walk(steps, plain)))
