"""YAML to the plain form, as kubectl reads it: no dates, no sexagesimals, no aliases."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from pyetcdctl.kubernetes.codec.yaml_scalars import FLOAT, INTEGER, WORDS, is_no_string
from pyetcdctl.kubernetes.objects import Plain, number
from pyetcdctl.strict_yaml import NotYaml, check_limits, errors_translated, loader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Parser: Any = loader()
Resolvers = dict[str | None, list[tuple[str, re.Pattern[str]]]]
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset(word for word in WORDS if word.lower() in ("y", "yes", "on", "true"))
MOST_DIGITS = 400
"""Longer whole numbers are refused: no field of an API object allows one, and Python cannot print
them.
"""


def parse(text: str) -> Plain:
    """Read one document; raises NotYaml, a ValueError."""
    with errors_translated():
        check_limits(text, aliases=0)
        return yaml.load(text, Loader=Loader)


def parse_all(text: str) -> Iterator[tuple[int, Plain]]:
    """Yield the line on which each document begins, and the document; raises NotYaml."""
    with errors_translated():
        check_limits(text, aliases=0)
        reading = Loader(text)
        while reading.check_node():
            node = reading.get_node()
            yield node.start_mark.line + 1, reading.construct_document(node)


def line_of(text: str, document: int, path: Sequence[str | int]) -> int | None:
    """Return the line of a field of a document, or of the last step of its path that exists."""
    try:
        node = next(islice(yaml.compose_all(text, Loader=Parser), document, None), None)
    except yaml.YAMLError:
        return None
    line = None
    for step in path:
        found = _below(node, step)
        if found is None:
            break
        line, node = found
    return line


def _below(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: yaml.Node = node.value[step]
        return item.start_mark.line + 1, item
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    for key, value in pairs:
        if str(key.value) == str(step):
            return key.start_mark.line + 1, value
    return None


class Loader(Parser):  # type: ignore[misc]
    """Reads untagged plain scalars by kubectl's rules."""

    yaml_implicit_resolvers: ClassVar[Resolvers] = {
        None: [("tag:yaml.org,2002:str", re.compile(""))]
    }


def _scalar(loader: Any, node: yaml.Node) -> Plain:
    if not isinstance(node, yaml.ScalarNode):
        raise _refusal(node, f"the tag {node.tag!r} on what is not a scalar")
    text = str(node.value)
    if node.style:
        return text
    if text in NULLS:
        return None
    if text in WORDS:
        return text in TRUE
    return _number(node, text) if is_no_string(text) else text


def _number(node: yaml.Node, text: str) -> Plain:
    digits = text.replace("_", "")
    is_integer = INTEGER.fullmatch(digits)
    if (is_integer or digits.lstrip("+-").isdecimal()) and len(digits) > MOST_DIGITS:
        raise _refusal(node, f"a number of {len(digits):,} digits")
    if is_integer:
        octal = re.sub(r"^([-+]?)0(?=[0-7])", r"\g<1>0o", digits)
        return int(octal, 0)
    if digits.lstrip("+-").isdecimal():
        return int(digits)
    if FLOAT.fullmatch(digits):
        return number(float(digits))
    return text


def _mapping(loader: Any, node: yaml.Node) -> dict[str, Plain]:
    if not isinstance(node, yaml.MappingNode):
        raise _refusal(node, f"the tag {node.tag!r} on what is not a mapping")
    entries: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _refusal(key_node, "a key that is not text")
        key = str(key_node.value)
        if key in entries:
            raise _refusal(key_node, f"the key {key!r} is there twice")
        entries[key] = loader.construct_object(value_node, deep=True)
    return entries


def _sequence(loader: Any, node: yaml.Node) -> list[Plain]:
    if not isinstance(node, yaml.SequenceNode):
        raise _refusal(node, f"the tag {node.tag!r} on what is not a list")
    return [loader.construct_object(item, deep=True) for item in node.value]


def _unread(loader: Any, node: yaml.Node) -> Plain:
    raise _refusal(node, f"the tag {node.tag!r} is not read")


def _refusal(node: yaml.Node, why: str) -> NotYaml:
    return NotYaml(why, node.start_mark.line + 1)


for _tag in ("binary", "timestamp", "set", "omap", "pairs"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _unread)
Loader.add_constructor(None, _unread)
for _tag in ("bool", "float", "int", "null", "str"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _scalar)
Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)
