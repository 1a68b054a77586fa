"""An object as ``kubectl describe`` shows kinds without a describer of their own."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns import columns_of
from pyetcdctl.kubernetes.kubectl.columns.reach import at, mapping, text
from pyetcdctl.kubernetes.kubectl.jsonpath_paths import parsed
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object, Plain

_WORD = re.compile(r"[A-Z]+s?(?![a-z])|[A-Z]?[a-z0-9]+")
_ACRONYMS = frozenset({"api", "cidr", "dns", "id", "ip", "tls", "uid", "url"})
_SHOWN_ABOVE = ("annotations", "labels", "managedFields", "name", "namespace", "resourceVersion")
_NAMES_OF_USERS = frozenset(
    {"annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector"}
)
"""Fields whose members have names that users chose."""
_EVENT_TITLES = ("TYPE", "REASON", "LAST SEEN", "SOURCE", "MESSAGE")


def describe(obj: Object, facts: Mapping[str, str]) -> list[str]:
    """Return the lines of an object: its name, then ``facts``, then all of its fields."""
    metadata = mapping(obj.get("metadata"))
    head: dict[str, Plain] = {
        "Name": metadata.get("name", ""),
        **({"Namespace": metadata["namespace"]} if metadata.get("namespace") else {}),
        "Labels": _pairs(metadata.get("labels")),
        "Annotations": _pairs(metadata.get("annotations")),
        "API Version": obj.get("apiVersion", ""),
        "Kind": obj.get("kind", ""),
        **facts,
    }
    width = max(map(len, head)) + 3
    lines = []
    for name, value in head.items():
        first, *rest = value if isinstance(value, list) else text(value).split("\n")
        lines.append(f"{name + ':':{width}}{first}".rstrip())
        lines += [f"{'':{width}}{line}".rstrip() for line in rest]
    body: Object = {n: v for n, v in obj.items() if n not in ("apiVersion", "kind", "metadata")}
    if obj.get("kind") == "Secret":
        body = {**body, **{n: _sizes(body[n]) for n in ("data", "stringData") if n in body}}
    rest_of_metadata = {n: v for n, v in metadata.items() if n not in _SHOWN_ABOVE}
    return [*lines, *_members({"metadata": rest_of_metadata, **body}, "", "")]


def event_rows(events: Sequence[Object], now: datetime) -> list[list[str]]:
    """Return the titles and the cells of events."""
    columns = {column.title: column for column in columns_of("Event")}
    rows = [[columns[title].cell(event, now) for title in _EVENT_TITLES] for event in events]
    return [["TYPE", "REASON", "AGE", "FROM", "MESSAGE"], *rows]


def is_about(event: Object, obj: Object) -> bool:
    """Whether an event is about an object, by its uid or, without one, by kind and name."""
    involved = mapping(event.get("involvedObject") or event.get("regarding"))
    metadata = mapping(obj.get("metadata"))
    if involved.get("uid") and metadata.get("uid"):
        return bool(involved["uid"] == metadata["uid"])
    return (involved.get("kind"), involved.get("name")) == (obj.get("kind"), metadata.get("name"))


def last_seen(event: Object) -> str:
    """Return the sort key of an event: its last time."""
    series = at(event, "series.lastObservedTime")
    return text(series or event.get("lastTimestamp") or event.get("eventTime"))


def title(name: str) -> str:
    """Return a field's name as words: ``podCIDR`` is ``Pod CIDR``."""
    words = _WORD.findall(name)
    if "".join(words) != name:
        return name
    return " ".join(
        word.upper() if word in _ACRONYMS else word[:1].upper() + word[1:] for word in words
    )


def _pairs(plain: Plain) -> list[str]:
    pairs = [f"{name}={text(value)}" for name, value in sorted(mapping(plain).items())]
    lines = [line for pair in pairs for line in pair.split("\n")]
    return lines or ["<none>"]


def _sizes(plain: Plain) -> Object:
    """Return what may be shown of a Secret: the length of each of its values."""
    return {name: f"{_size(value):,} bytes" for name, value in mapping(plain).items()}


def _size(value: Plain) -> int:
    try:
        return len(b64decode(text(value), validate=True))
    except (NotBase64, ValueError):
        return len(text(value))


def _members(obj: Object, indent: str, parent: str) -> Iterator[str]:
    for name, value in obj.items():
        shown = name if parent in _NAMES_OF_USERS else title(name)
        yield from _field(f"{indent}{shown}:", parsed(value), indent + "  ", name)


def _field(lead: str, value: Plain, indent: str, name: str) -> Iterator[str]:
    if isinstance(value, (dict, list)) and not value:
        return
    if isinstance(value, dict):
        yield lead
        yield from _members(value, indent, name)
    elif isinstance(value, list):
        yield lead
        for item in value:
            yield from _item(parsed(item), indent, name)
    else:
        first, *rest = _scalar(value).split("\n")
        yield f"{lead} {first}".rstrip()
        yield from (f"{indent}{line}".rstrip() for line in rest)


def _item(item: Plain, indent: str, name: str) -> Iterator[str]:
    if isinstance(item, dict):
        lines = list(_members(item, f"{indent}  ", name)) or [f"{indent}  {{}}"]
    elif isinstance(item, list):
        lines = [f"{indent}  {value_text(item)}"]
    else:
        lines = [f"{indent}  {line}" for line in _scalar(item).split("\n")]
    yield f"{indent}- {lines[0].removeprefix(indent + '  ')}"
    yield from lines[1:]


def _scalar(value: Plain) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "<none>" if value is None else text(value)
