"""etcd's own options, from its flags, its ``ETCD_*`` variables or its configuration file.

All three become one mapping from the flag's name to an `Option`, which knows where it was found.
As in etcd, a flag wins over its variable, and a configuration file makes both be ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.discovery.findings import Reason
from pyetcdctl.discovery.node import Unusable, parse_mapping

if TYPE_CHECKING:
    from pyetcdctl.discovery.node import Node


class Option(NamedTuple):
    """A value, the file that it comes from and the flag, variable or key that it stands at."""

    value: str
    file: str
    origin: str


Options = Mapping[str, Option]


def from_flags(words: Sequence[str], file: str) -> dict[str, Option]:
    """Read ``--name value``, ``--name=value`` and switches; of a repeated flag the last holds."""
    found: dict[str, Option] = {}
    for word, following in zip(words, [*words[1:], "-"], strict=False):
        if word.startswith("-"):
            name, equals, value = word.lstrip("-").partition("=")
            if not equals:
                value = "true" if following.startswith("-") else following
            found[name] = Option(value, file, f"--{name}")
    return found


def from_environment(environment: Mapping[str, Option]) -> dict[str, Option]:
    """Take the ``ETCD_*`` variables; etcd treats an empty one as not set."""
    return {
        name.removeprefix("ETCD_").lower().replace("_", "-"): variable
        for name, variable in environment.items()
        if name.startswith("ETCD_") and variable.value
    }


def from_file(node: Node, path: str) -> dict[str, Option]:
    """Read etcd's configuration file; an unusable one is recorded and gives nothing."""
    text = node.text(path)
    if text is None:
        return {}
    try:
        document = parse_mapping(text)
    except Unusable as unusable:
        node.skip(path, unusable)
        return {}
    return {name: Option(value, path, name) for name, value in _flattened(document)}


def combined(
    node: Node,
    words: Sequence[str],
    file: str,
    environment: Mapping[str, Option],
    on_the_node: Callable[[str], str] = str,
) -> Options:
    """Return the options that an etcd started like this would work with.

    ``on_the_node`` translates a path of the program's own file system.
    """
    options = from_environment(environment) | from_flags(words, file)
    named = options.get("config-file")
    if named is None:
        return options
    path = on_the_node(named.value)
    if not node.exists(path):
        node.skip(path, Unusable(Reason.MISSING, f"no such file, but {named.origin} names it"))
    return from_file(node, path)


def is_on(options: Options, name: str) -> bool:
    """Read a switch as Go does."""
    return name in options and options[name].value.lower() in ("true", "t", "1")


def text_of(options: Options, name: str) -> str:
    """Return an option's value, or an empty string."""
    return options[name].value if name in options else ""


def _flattened(document: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for name, value in document.items():
        if name == "client-transport-security" and isinstance(value, dict):
            yield from _flattened(value)
        elif isinstance(name, str) and isinstance(value, str | bool):
            yield name, str(value)
