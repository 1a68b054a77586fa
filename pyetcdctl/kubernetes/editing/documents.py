"""The objects in a file of YAML documents, or of JSON values one after the other.

A list of objects (``kind: List``) counts as its items.
"""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.objects import in_order
from pyetcdctl.strict_yaml import NotYaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.codec.unfit import Unfit
    from pyetcdctl.kubernetes.objects import Plain

JSON = JSONDecoder(parse_int=str)
"""Finds the end of a value; the value itself is parsed with every digit of its numbers."""
BLANKS = re.compile(r"\s*")
LIST = ("v1", "List")
LOST_FIELD = re.compile(r"^# .*unknown field \d+ \(wire type \d\)", re.MULTILINE)


class Document(NamedTuple):
    """An object, and its place in its text."""

    object: Plain
    number: int
    line: int
    text: str
    steps: tuple[str | int, ...] = ()
    """The path from the document to the object, where that is in a list."""

    def place(self, unfit: Unfit) -> int:
        """Return the line of the field that an error is about."""
        from pyetcdctl.kubernetes.codec.yaml_reading import line_of

        if self.number < 0:
            return self.line
        return line_of(self.text, self.number, [*self.steps, *unfit.path]) or self.line


def documents(text: str) -> list[Document]:
    """Return all objects of a text; raises NotYaml for a text that is neither YAML nor JSON."""
    text = text.removeprefix("\ufeff")
    read = _json if text.lstrip()[:1] in ("{", "[") else _yaml
    return [item for each in read(text) for item in _items(each)]


def lost_fields(text: str) -> bool:
    """Return whether comments of the text show fields that could not be read."""
    return bool(LOST_FIELD.search(text))


def _json(text: str) -> Iterator[Document]:
    try:
        ends = list(_ends(text))
    except JSONDecodeError as error:
        try:
            yield from _yaml(text)
        except NotYaml:
            raise NotYaml(error.msg, error.lineno) from None
        return
    for begin, end in ends:
        line = text.count("\n", 0, begin) + 1
        single = 0 if len(ends) == 1 else -1
        try:
            yield Document(json_reading.parse(text[begin:end]), single, line, text)
        except ValueError as error:
            raise NotYaml(str(error), line) from None


def _ends(text: str) -> Iterator[tuple[int, int]]:
    at = _after_blanks(text, 0)
    while at < len(text):
        try:
            _, end = JSON.raw_decode(text, at)
        except RecursionError:
            raise NotYaml("nested too deeply", text.count("\n", 0, at) + 1) from None
        yield at, end
        at = _after_blanks(text, end)


def _after_blanks(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    return found.end() if found else at


def _yaml(text: str) -> Iterator[Document]:
    from pyetcdctl.kubernetes.codec.yaml_reading import parse_all

    for number, (line, plain) in enumerate(parse_all(text)):
        if plain is not None:
            # The conversion from YAML to JSON sorts names.
            sound = json_reading.without_surrogates(plain)
            yield Document(in_order(sound), number, line, text)


def _items(document: Document) -> list[Document]:
    plain = document.object
    is_list = isinstance(plain, dict) and (plain.get("apiVersion"), plain.get("kind")) == LIST
    if not is_list or not isinstance(plain.get("items"), list):
        return [document]
    return [
        document._replace(object=item, steps=("items", at))
        for at, item in enumerate(plain["items"])
    ]
