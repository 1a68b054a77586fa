"""YAML to the plain form, as kubectl reads it: no dates, no sexagesimals, no aliases."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from pyetcdctl.kubernetes.codec.yaml_scalars import FLOAT, INTEGER, WORDS, is_no_string
from pyetcdctl.kubernetes.objects import MAX_DEPTH, Plain, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Resolvers = dict[str | None, list[tuple[str, re.Pattern[str]]]]
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset(word for word in WORDS if word.lower() in ("y", "yes", "on", "true"))


def parse(text: str) -> Plain:
    """Read one document; raises ValueError."""
    try:
        _check_nesting(text)
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def parse_all(text: str) -> Iterator[tuple[int, Plain]]:
    """Yield the line on which each document begins, and the document; raises ValueError."""
    try:
        _check_nesting(text)
        loader = Loader(text)
        while loader.check_node():
            node = loader.get_node()
            yield node.start_mark.line + 1, loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = ", ".join(filter(None, (error.context, error.problem)))
        raise ValueError(f"{why} (line {mark.line + 1})" if mark else why) from error
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def line_of(text: str, document: int, path: Sequence[str | int]) -> int | None:
    """Return the line on which a field of a document stands, or the last step that is there."""
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


def _check_nesting(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=Parser):
        if isinstance(event, yaml.AliasEvent):
            # A few nested ones would fill the memory.
            raise ValueError(f"aliases are not read (*{event.anchor})")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels")


class Loader(Parser):  # type: ignore[misc]
    """Reads untagged plain scalars by kubectl's rules."""

    yaml_implicit_resolvers: ClassVar[Resolvers] = {
        None: [("tag:yaml.org,2002:str", re.compile(""))]
    }


def _scalar(loader: Any, node: yaml.ScalarNode) -> Plain:
    text = str(node.value)
    if node.style:
        return text
    if text in NULLS:
        return None
    if text in WORDS:
        return text in TRUE
    return _number(text) if is_no_string(text) else text


def _number(text: str) -> Plain:
    digits = text.replace("_", "")
    if INTEGER.fullmatch(digits):
        octal = re.sub(r"^([-+]?)0(?=[0-7])", r"\g<1>0o", digits)
        return int(octal, 0)
    if digits.lstrip("+-").isdecimal() and len(digits) < 400:
        return int(digits)
    if FLOAT.fullmatch(digits):
        return number(float(digits))
    return text


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Plain]:
    entries: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise ValueError(f"a key that is no text (line {key_node.start_mark.line + 1})")
        key = str(key_node.value)
        if key in entries:
            raise ValueError(f"the key {key!r} stands twice (line {key_node.start_mark.line + 1})")
        entries[key] = loader.construct_object(value_node, deep=True)
    return entries


def _sequence(loader: Any, node: yaml.SequenceNode) -> list[Plain]:
    return [loader.construct_object(item, deep=True) for item in node.value]


def _refused(loader: Any, node: yaml.Node) -> Plain:
    raise ValueError(f"the tag {node.tag!r} is not read (line {node.start_mark.line + 1})")


for _tag in ("binary", "timestamp", "set", "omap", "pairs"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _refused)
Loader.add_constructor(None, _refused)
for _tag in ("bool", "float", "int", "null", "str"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _scalar)
Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)
